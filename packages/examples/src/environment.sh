eval "$(node -e '
  const { base_url, account_id, api_token } = JSON.parse(fs.readFileSync(".weir/local.json"));
  console.log(`export WEIR_BASE_URL=${base_url} WEIR_ACCOUNT_ID=${account_id} WEIR_API_TOKEN=${api_token}`);
')"
