import type { Json } from '../../../form/json.ts';
import type { Residue } from '../../../form/provenance.ts';
import { type ItemPlace, OutputItem } from './output-item.ts';

/** A call of the caller's function or free-text tool. */
export class CallItem extends OutputItem {
  readonly #call: { readonly id: string; readonly name: string; readonly custom?: boolean };
  #text = '';

  constructor(
    place: ItemPlace,
    residue: Residue | undefined,
    call: { readonly id: string; readonly name: string; readonly custom?: boolean },
  ) {
    super(place, residue);
    this.#call = call;
  }

  text(text: string): void {
    if (text === '') return;
    this.#text += text;
    this.say(
      this.#call.custom ? 'response.custom_tool_call_input.delta' : 'response.function_call_arguments.delta',
      { delta: text },
    );
  }

  close(residue: Residue | undefined): void {
    this.learn(residue);
    const { custom, name } = this.#call;
    if (custom) this.say('response.custom_tool_call_input.done', { input: this.#text });
    else this.say('response.function_call_arguments.done', { arguments: this.#text, name });
  }

  protected item(status: string): Json {
    const { id, name, custom } = this.#call;
    const text = { [custom ? 'input' : 'arguments']: this.#text };
    const type = custom ? 'custom_tool_call' : 'function_call';
    return { id: this.id, type, status, ...text, call_id: id, name };
  }
}
