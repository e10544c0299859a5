/** Names and numbers of the Arrow format that both directions need; no code of apache-arrow is loaded for them. */
export const extensionKey = "ARROW:extension:name";
/** https://arrow.apache.org/docs/format/CanonicalExtensions.html#json */
export const jsonExtension = "arrow.json";
/** On a field: null means that the object does not have it. */
export const absentKey = "medgym.absent";

/** `Type` of apache-arrow, the ids of the format. */
export const typeIds = {
  int: 2,
  float: 3,
  binary: 4,
  utf8: 5,
  decimal: 7,
  date: 8,
  timestamp: 10,
  list: 12,
  struct: 13,
  fixedSizeBinary: 15,
  fixedSizeList: 16,
  map: 17,
  largeList: 21,
} as const;
