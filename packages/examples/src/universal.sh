curl "$WEIR_BASE_URL/v1/$WEIR_ACCOUNT_ID/default" \
  -H "cf-aig-authorization: Bearer $WEIR_API_TOKEN" \
  -H 'content-type: application/json' \
  -d '[
    {
      "provider": "groq",
      "endpoint": "chat/completions",
      "config": {"requestTimeout": 2000, "maxAttempts": 2},
      "query": {"model": "openai/gpt-oss-20b", "messages": [{"role": "user", "content": "Hello, Weir"}]}
    },
    {
      "provider": "demo",
      "endpoint": "chat/completions",
      "query": {"model": "any-model", "messages": [{"role": "user", "content": "Hello, Weir"}]}
    }
  ]'
