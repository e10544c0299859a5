/** apache-arrow with tables that draw themselves in a cell. Loads it: import this lazily. */
import { Table } from "apache-arrow";
import { displaySymbol, type MimeBundle } from "../../core/display.ts";
import { tableView } from "../table-view.ts";

Object.defineProperty(Table.prototype, displaySymbol, {
  configurable: true,
  writable: true,
  value(this: Table): MimeBundle {
    return tableView(this);
  },
});

export { Table };
