"""Calendar months in SQL, exact to the day on both databases."""

from __future__ import annotations

from typing import Any

from django.db.models import DateField, Func


class MonthsLater(Func):
    """`MonthsLater(day, months)`: the same day so many months later, or that month's last day.

    SQLite's own `+6 months` takes 31 August to 3 March, so the earlier of that day and the last
    of the month that is meant is taken. PostgreSQL's interval does this by itself. Both are plain
    SQL, so that a CHECK made of it holds for every program that writes to the file.
    """

    arity = 2
    output_field = DateField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "(%(expressions)s))::date"
        return self.as_sql(
            compiler,
            connection,
            template=template,
            arg_joiner=" + make_interval(months => ",
            **context,
        )

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        day, months = (compiler.compile(e) for e in self.source_expressions)
        same_day = f"date({day[0]}, '+' || {months[0]} || ' months')"
        last_day = (
            f"date({day[0]}, 'start of month', '+' || ({months[0]} + 1) || ' months', '-1 day')"
        )
        params = (*day[1], *months[1], *day[1], *months[1])
        return f"min({same_day}, {last_day})", params
