import type { ModelRow } from './model.ts';

/**
 * What the generated list lacks, by hand. Models newer than it: context sizes as in `@pydantic/genai-prices` 0.1.8
 * (2026-09-23, MIT), everything else as their forerunners, so nothing about them is certain enough to refuse by. Models
 * that make no text: the providers' own lists.
 */
export const ADDED_MODELS: Readonly<Record<string, readonly ModelRow[]>> = {
  openai: [
    ['gpt-5.6-luna', 'GPT-5.6 Luna', 1050000, 128000, 'tip', 't', 'TSR', ''],
    ['gpt-5.6-sol', 'GPT-5.6 Sol', 1050000, 128000, 'tip', 't', 'TSR', ''],
    ['gpt-5.6-terra', 'GPT-5.6 Terra', 1050000, 128000, 'tip', 't', 'TSR', ''],
    ['gpt-6-astra', 'GPT-6 Astra', 1050000, 128000, 'tip', 't', 'TSR', ''],
    ['gpt-6-luna', 'GPT-6 Luna', 1050000, 128000, 'tip', 't', 'TSR', ''],
    ['gpt-6-sol', 'GPT-6 Sol', 1050000, 128000, 'tip', 't', 'TSR', ''],
    ['gpt-audio', 'GPT Audio', 128000, 16384, 'ta', 'ta', 'TK', ''],
    ['gpt-4o-transcribe', 'GPT-4o Transcribe', 16000, 0, 'a', 't', '', ''],
    ['gpt-4o-mini-transcribe', 'GPT-4o mini Transcribe', 16000, 0, 'a', 't', '', ''],
    ['whisper-1', 'Whisper', 0, 0, 'a', 't', '', ''],
    ['gpt-4o-mini-tts', 'GPT-4o mini TTS', 0, 0, 't', 'a', '', ''],
    ['tts-1', 'TTS-1', 0, 0, 't', 'a', '', ''],
    ['omni-moderation-latest', 'Omni Moderation', 0, 0, 'ti', 't', '', ''],
  ],
  anthropic: [
    ['claude-opus-5', 'Claude Opus 5', 1000000, 128000, 'tip', 't', 'TSR', ''],
    ['claude-opus-5-5', 'Claude Opus 5.5', 1000000, 128000, 'tip', 't', 'TSR', ''],
    ['claude-fable-5-1', 'Claude Fable 5.1', 1000000, 128000, 'tip', 't', 'TSR', ''],
  ],
  'google-ai-studio': [
    ['gemini-3.5-flash-lite', 'Gemini 3.5 Flash-Lite', 1048576, 65536, 'tivap', 't', 'TSRK', ''],
    ['gemini-3.6-flash', 'Gemini 3.6 Flash', 1048576, 65536, 'tivap', 't', 'TSRK', ''],
    ['gemini-3.7-flash', 'Gemini 3.7 Flash', 1048576, 65536, 'tivap', 't', 'TSRK', ''],
    ['gemini-3.8-flash', 'Gemini 3.8 Flash', 1048576, 65536, 'tivap', 't', 'TSRK', ''],
    ['gemini-embedding-2', 'Gemini Embedding 2', 8192, 0, 'tiav', 't', '', ''],
  ],
  grok: [
    ['grok-4.5', 'Grok 4.5', 500000, 30000, 'tip', 't', 'TSRK', ''],
    ['grok-4.6', 'Grok 4.6', 500000, 30000, 'tip', 't', 'TSRK', ''],
  ],
  mistral: [['codestral-embed', 'Codestral Embed', 8192, 0, 't', 't', '', '2025-05-28']],
  cohere: [
    ['embed-v4.0', 'Embed 4', 128000, 0, 'ti', 't', '', '2025-04-15'],
    ['embed-english-v3.0', 'Embed English 3', 512, 0, 'ti', 't', '', '2023-11-02'],
    ['embed-multilingual-v3.0', 'Embed Multilingual 3', 512, 0, 'ti', 't', '', '2023-11-02'],
    ['embed-english-light-v3.0', 'Embed English Light 3', 512, 0, 'ti', 't', '', '2023-11-02'],
    ['embed-multilingual-light-v3.0', 'Embed Multilingual Light 3', 512, 0, 'ti', 't', '', '2023-11-02'],
  ],
  'aws-bedrock': [
    ['us.anthropic.claude-opus-5', 'Claude Opus 5 (US)', 1000000, 128000, 'tip', 't', 'TSR', ''],
    ['us.anthropic.claude-opus-5-5', 'Claude Opus 5.5 (US)', 1000000, 128000, 'tip', 't', 'TSR', ''],
    ['amazon.nova-premier-v1:0', 'Nova Premier', 1000000, 10000, 'tiv', 't', 'TK', '2025-04-30'],
    ['amazon.titan-embed-text-v2:0', 'Titan Text Embeddings V2', 8192, 0, 't', 't', '', '2024-04-30'],
    ['amazon.titan-embed-text-v1', 'Titan Embeddings G1', 8192, 0, 't', 't', '', '2023-09-28'],
    ['cohere.embed-english-v3', 'Cohere Embed English', 512, 0, 'ti', 't', '', '2024-01-24'],
    ['cohere.embed-multilingual-v3', 'Cohere Embed Multilingual', 512, 0, 'ti', 't', '', '2024-01-24'],
    ['us.cohere.embed-v4:0', 'Cohere Embed 4 (US)', 128000, 0, 'ti', 't', '', '2025-10-02'],
    ['amazon.nova-2-multimodal-embeddings-v1:0', 'Nova Multimodal Embeddings', 8192, 0, 'tiavp', 't', '', ''],
  ],
  'workers-ai': [
    ['@cf/baai/bge-small-en-v1.5', 'BGE Small English 1.5', 512, 0, 't', 't', '', '2023-11-07'],
    ['@cf/baai/bge-base-en-v1.5', 'BGE Base English 1.5', 512, 0, 't', 't', '', '2023-09-25'],
    ['@cf/baai/bge-large-en-v1.5', 'BGE Large English 1.5', 512, 0, 't', 't', '', '2023-11-07'],
    ['@cf/baai/bge-m3', 'BGE M3', 60000, 0, 't', 't', '', '2024-05-22'],
    ['@cf/google/embeddinggemma-300m', 'EmbeddingGemma 300M', 2048, 0, 't', 't', '', '2025-09-04'],
    ['@cf/qwen/qwen3-embedding-0.6b', 'Qwen3 Embedding 0.6B', 8192, 0, 't', 't', '', '2025-06-18'],
    ['@cf/openai/whisper', 'Whisper', 0, 0, 'a', 't', '', '2023-09-25'],
    ['@cf/openai/whisper-large-v3-turbo', 'Whisper Large V3 Turbo', 0, 0, 'a', 't', '', '2024-05-22'],
    ['@cf/black-forest-labs/flux-1-schnell', 'FLUX.1 schnell', 0, 0, 't', 'i', '', '2024-08-29'],
    ['@cf/myshell-ai/melotts', 'MeloTTS', 0, 0, 't', 'a', '', '2024-07-19'],
  ],
};
