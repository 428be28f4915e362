"""The knowledge graph as lists: brought in as one change set, and written out to be read again.

Three tables, told apart by their headers: sheets of one XLSX, or CSV files of their own.

* `concepts`: `key`, `type`, `name_zh`, `name_en`, `codes` (`atc:B01AC06; icd-10:I63.9`).
* `names`: `concept`, `language`, `name`: further names, beside the preferred ones of `concepts`.
* `relations`: `subject`, `type`, `object`, `passage`, `words`, `place`, and a column for each
  qualifier, headed by its code. A row is one piece of evidence; rows that say the same of the same
  are one relation.

A concept is named by the key of a row of `concepts`, by its number (`#12`), by a code
(`atc:B01AC06`), by its type and a preferred name (`drug:aspirin`), or by a preferred name alone
where only one concept has it; in this order. A row of `concepts` speaks of the concept that has its
number as key, or one of its codes, or its type and preferred names, else of a new one.

Lists add, and take nothing away: a new name, code, relation or piece of evidence makes a step, and
what the graph says already makes none. `docs/graph-lists.md` says it for those who fill them in.
"""
