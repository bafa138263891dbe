curl "$WEIR_BASE_URL/client/v4/accounts/$WEIR_ACCOUNT_ID/ai/v1/chat/completions" \
  -H "authorization: Bearer $WEIR_API_TOKEN" \
  -H 'content-type: application/json' \
  -d '{"model":"demo/any-model","messages":[{"role":"user","content":"Hello, Weir"}]}'
