"""What a drug label says of its product in data stands first, a line a fact."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ingest.spl_files import document, label, ndc, product

AUTHOR = (
    "<author><assignedEntity><representedOrganization><name>Pfizer</name>"
    "</representedOrganization></assignedEntity></author>"
)
HEAD = (
    '<code displayName="HUMAN OTC DRUG LABEL"/><effectiveTime value="20140113"/>'
    f'<setId root="c6e1-fe"/><versionNumber value="11"/>{AUTHOR}'
)


def lines(folder: Path, inside: str, around: str = "") -> list[str]:
    """What is said of the one product."""
    found = document(folder, label(product(inside, around))).blocks
    return [line for block in found[2:] for line in block.text.split("\n")]


def ingredient(kind: str, name: str, amount: str = "", per: str = "1") -> str:
    denominator = f'<denominator value="{per.split()[0]}" unit="{per.split()[-1]}"/>'
    value, _, unit = amount.partition(" ")
    numerator = f'<numerator value="{value}" unit="{unit}"/>'
    quantity = f"<quantity>{numerator}{denominator}</quantity>" if amount else ""
    substance = f"<ingredientSubstance><name>{name}</name></ingredientSubstance>"
    return f'<ingredient classCode="{kind}">{quantity}{substance}</ingredient>'


def package(inside: str, value: str, unit: str) -> str:
    quantity = f'<quantity><numerator value="{value}" unit="{unit}"/></quantity>'
    held = f"<containerPackagedProduct>{inside}</containerPackagedProduct>"
    return f"<asContent>{quantity}{held}</asContent>"


def test_label_as_such_is_described_first(tmp_path: Path) -> None:
    found = document(tmp_path, label(head=HEAD)).blocks

    assert (found[1].kind, found[1].text) == ("heading", "Product")
    assert found[2].text.split("\n") == [
        "Document type: HUMAN OTC DRUG LABEL",
        "Set ID: c6e1-fe",
        "Version: 11",
        "Effective: 2014-01-13",
        "Labeler: Pfizer",
    ]


def test_product_has_its_names_and_number(tmp_path: Path) -> None:
    medicine = "<genericMedicine><name>g</name></genericMedicine>"
    generic = f"<asEntityWithGeneric>{medicine}</asEntityWithGeneric>"

    found = lines(tmp_path, f"{ndc('0071-0155')}<name>L<suffix>XR</suffix></name>{generic}")

    assert found == ["Product: L XR", "Generic name: g", "NDC: 0071-0155"]


@pytest.mark.parametrize(
    ("amount", "per", "shown"),
    [("10 mg", "1", "10 mg"), ("6.25 mg", "5 mL", "6.25 mg in 5 mL"), ("", "1", "")],
)
def test_strength_is_an_amount_in_an_amount(
    tmp_path: Path, amount: str, per: str, shown: str
) -> None:
    found = lines(tmp_path, ingredient("ACTIM", "ATORVASTATIN", amount, per))

    assert found == [f"Active ingredient: ATORVASTATIN {shown}".strip()]


def test_inactive_ingredients_are_listed_apart(tmp_path: Path) -> None:
    found = lines(tmp_path, ingredient("IACT", "TALC") + ingredient("IACT", "WATER"))

    assert found == ["Inactive ingredients: TALC; WATER"]


def test_form_and_route_are_named(tmp_path: Path) -> None:
    route = '<substanceAdministration><routeCode displayName="ORAL"/></substanceAdministration>'

    found = lines(tmp_path, '<formCode displayName="TABLET"/>', f"<consumedIn>{route}</consumedIn>")

    assert found == ["Form: TABLET", "Route: ORAL"]


@pytest.mark.parametrize(
    ("number", "shown"), [("NDA020702", "NDA020702"), ("part341", "NDA part341")]
)
def test_approval_is_named_once(tmp_path: Path, number: str, shown: str) -> None:
    approval = f'<approval><id extension="{number}"/><code displayName="NDA"/></approval>'

    found = lines(tmp_path, "<name>L</name>", f"<subjectOf>{approval}</subjectOf>")

    assert found == ["Product: L", f"Marketing category: {shown}"]


def test_looks_of_a_tablet_are_told(tmp_path: Path) -> None:
    code = '<characteristic><code code="SPLIMPRINT"/><value>PD;155</value></characteristic>'

    assert lines(tmp_path, "", f"<subjectOf>{code}</subjectOf>") == ["Imprint: PD;155"]


def test_packages_are_told_from_the_inside_out(tmp_path: Path) -> None:
    outer = package(f'{ndc("1-2-3")}<formCode displayName="CARTON"/>', "1", "1")
    inner = package(f'<formCode displayName="BOTTLE"/>{outer}', "118", "mL")

    assert lines(tmp_path, inner) == ["Packages: 118 mL in BOTTLE; 1 in CARTON (NDC 1-2-3)"]


def test_parts_of_a_kit_are_told_one_by_one(tmp_path: Path) -> None:
    part = "<part><partProduct><name>Swab</name></partProduct></part>"

    assert lines(tmp_path, f"<name>Kit</name>{part}") == ["Product: Kit", "Part: Swab"]


def test_label_without_data_has_no_section_for_them(tmp_path: Path) -> None:
    assert [each.text for each in document(tmp_path, label()).blocks] == ["Label"]
