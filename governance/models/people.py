"""Persons and their duties, and the accounts they log in with."""

from __future__ import annotations

from typing import Any, ClassVar
from unicodedata import normalize

from django.contrib.auth.hashers import check_password
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Replace, Upper
from django.utils.crypto import salted_hmac

from governance.duties import CONTENT, DUTY_OF, MAY, Deed, Duty, Role
from governance.models.governed import FieldHistory, Governed

# What a person or a word processor puts for a hyphen: hyphens, dashes, bullet and minus. The
# full-width and small ones become one of these, or the hyphen itself, under NFKC.
DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212"


def folded_number(number: str) -> str:
    """An employee number as it is kept: one width and one hyphen, in the case it was typed in."""
    return normalize("NFKC", number).translate(dict.fromkeys(map(ord, DASHES), "-"))


def one_spelling(number: str | Combinable) -> Upper:
    """The same in SQL, and in one case: what may be there only once."""
    folded = F(number) if isinstance(number, str) else number
    for dash in DASHES:
        folded = Replace(folded, Value(dash), Value("-"))
    return Upper(folded)


class Department(Governed):
    name = models.CharField(max_length=100, unique=True)
    lead = models.ForeignKey("Person", models.PROTECT, null=True, related_name="leads")

    def __str__(self) -> str:
        return self.name


class PersonQuerySet(models.QuerySet["Person"]):
    def numbered(self, number: str) -> Person | None:
        """The employee of that number, however it is spelt."""
        spelt = one_spelling(Value(folded_number(number)))
        return self.alias(spelt=one_spelling("number")).filter(spelt=spelt).first()


class Person(Governed):
    """Somebody with an employee number, whatever the number of accounts. Has one duty."""

    # Where notices go is neither duty nor knowledge, and must be erasable: no history keeps it.
    ungoverned = frozenset({"email"})

    number = models.CharField(max_length=40, unique=True)
    display_name = models.CharField(max_length=100)
    duty = models.CharField(max_length=12, choices=Duty)
    is_curator = models.BooleanField(default=False)
    is_reviewer = models.BooleanField(default=False)
    is_graph_editor = models.BooleanField(default=False)
    department = models.ForeignKey(Department, models.PROTECT, null=True, related_name="people")
    email = models.EmailField(max_length=254, blank=True, default="", db_default="")

    objects = PersonQuerySet.as_manager()
    history = FieldHistory(excluded_fields=["email"])

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(duty=Duty.CONTENT)
                    & (Q(is_curator=True) | Q(is_reviewer=True) | Q(is_graph_editor=True))
                )
                | (
                    ~Q(duty=Duty.CONTENT)
                    & Q(is_curator=False, is_reviewer=False, is_graph_editor=False)
                ),
                name="roles_exist_within_the_content_duty",
            ),
            models.CheckConstraint(condition=Q(duty__in=Duty.values), name="duty_is_known"),
            # “E-100” and “e–100” are one employee, who must not have two duties.
            models.UniqueConstraint(one_spelling("number"), name="one_person_a_number"),
        ]

    def __str__(self) -> str:
        return self.display_name

    @property
    def roles(self) -> frozenset[Role]:
        if self.duty != Duty.CONTENT:
            return frozenset(r for r, duty in DUTY_OF.items() if duty == self.duty)
        return frozenset(r for r in CONTENT if getattr(self, f"is_{r.value}"))

    def may(self, deed: Deed) -> bool:
        return bool(self.roles & MAY[deed])


class AccountManager(BaseUserManager["Account"]):
    """There is no way to a superuser: power over governed things comes from a duty alone."""


class Account(AbstractBaseUser, Governed):
    """What a person logs in with. Disabled, never deleted."""

    ungoverned = frozenset({"last_login", "sessions_ended"})

    username = models.CharField(max_length=60, unique=True)
    person = models.ForeignKey(Person, models.PROTECT, related_name="accounts")
    is_active = models.BooleanField(default=True)
    # How often all its sessions were ended at once. Every session is signed with the count it
    # was begun at, so that none of them comes back when the account does.
    sessions_ended = models.PositiveIntegerField(default=0, db_default=0)

    objects: ClassVar[AccountManager] = AccountManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    # Asked by the admin of any account. Neither gives anything here; a duty does.
    is_staff = True
    is_superuser = False

    def __str__(self) -> str:
        return self.username

    def may(self, deed: Deed) -> bool:
        return self.is_active and self.person.may(deed)

    @property
    def named_in_logs(self) -> str:
        """As the trail names an actor: the kind with the number, for programs have numbers too."""
        return f"account:{self.pk}"

    def end_sessions(self) -> None:
        self.sessions_ended += 1

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        salt = "governance.models.Account.session"
        signed = f"{self.sessions_ended}:{self.password}"
        return salted_hmac(salt, signed, secret=secret, algorithm="sha256").hexdigest()

    def check_password(self, raw_password: str | None) -> bool:
        """Without Django's silent re-hash: the stored hash is governed and changes by action."""
        return check_password(raw_password, self.password)

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        return False

    def has_module_perms(self, app_label: str) -> bool:
        return True

    def get_short_name(self) -> str:
        return self.person.display_name

    def get_full_name(self) -> str:
        return self.person.display_name


class Installation(Governed):
    """What this truth was started as; starting it as something else is refused."""

    time_zone = models.CharField(max_length=60)
    is_sample = models.BooleanField(default=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="one_installation")]

    def __str__(self) -> str:
        return self.time_zone
