curl "$WEIR_BASE_URL/client/v4/accounts/$WEIR_ACCOUNT_ID/ai-gateway/prices?provider=anthropic&model=claude-haiku-4-5" \
  -H "authorization: Bearer $WEIR_API_TOKEN"
