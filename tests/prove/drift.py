"""Whatever is damaged at random in the vector store and in the corpus is found and put right."""

from __future__ import annotations

import tests.prove.home  # noqa: F401

# isort: split

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

from llm import clients, jobs
from llm.models import CorpusObject
from llm.projections import reconcile, registry
from llm.projections.drift import Drift
from llm.stores.port import Payload, Point, Sparse, Stored
from tests.prove.worlds import Violation, World, arguments, run
from tests.support import knowledge
from tests.support.following import follow, points

PLANTS = {"blind": "points are compared by their ids alone"}
VERSIONS = 30

# Each damages something and names it as the report must.
Damage = Callable[[Random], str]


def prove(world: World, *, rounds: int, versions: int) -> str:
    for number in range(versions):
        version = world.approve(8)
        if number % 5 == 0:
            knowledge.retire(version, world.ben)
    follow()
    _must_be_clean("before anything was damaged")
    before, done = _whole(), 0
    for number in range(rounds):
        harms = world.dice.sample(DAMAGES, k=world.dice.randint(1, 4))
        named = [harm(world.dice) for harm in harms]
        told = {str(row[2]) for row in jobs.do("reconcile", {"repair": True})["drift"]}
        if missed := [
            f"{h.__name__} of {n}" for h, n in zip(harms, named, strict=True) if n not in told
        ]:
            raise Violation(f"round {number}: not reported: {missed}")
        _must_be_clean(f"after the repair of round {number}")
        if _whole() != before:
            raise Violation(f"round {number}: repaired, but not to what it was")
        done += len(harms)
    return f"{done} damages in {rounds} rounds, each found, named and repaired."


def _must_be_clean(when: str) -> None:
    if drift := jobs.do("reconcile", {"repair": False})["drift"]:
        raise Violation(f"drift is reported {when}: {drift[:3]}")


def _whole() -> object:
    """Everything that the two stores hold."""
    store, folder = clients.vector_store(), registry.corpus().folder
    dense = {s.id: bytes(s.dense) for s in store.scan(store.live() or "", vectors=True)}
    files = {name: (folder.path / name).read_bytes() for name in sorted(folder._files())}
    return points(), dense, files


def lost_point(dice: Random) -> str:
    store, stored = clients.vector_store(), _some(dice)
    store.drop_points(store.live() or "", [stored.id])
    return stored.id


def foreign_point(dice: Random) -> str:
    like, id_ = _some(dice), f"00000000-0000-4000-8000-{dice.randrange(16**12):012x}"
    version = dice.choice([like.payload.version, 10**6])
    _put(like, id_=id_, version=version)
    return id_


def moved_term(dice: Random) -> str:
    return _put(_some(dice), ends=2**52 + dice.randrange(1000))


def other_version(dice: Random) -> str:
    return _put(_some(dice), version=dice.randrange(10**6, 10**7))


def other_passage(dice: Random) -> str:
    return _put(_some(dice), passage=str(dice.randrange(10**6)))


def other_class(dice: Random) -> str:
    return _put(_some(dice), source_class="law")


def other_vector(dice: Random) -> str:
    one, two = _some(dice), _some(dice)
    while one.id == two.id or bytes(one.dense) == bytes(two.dense):
        two = _some(dice)
    return _put(Stored(one.id, one.payload, two.dense, one.words))


def other_words(dice: Random) -> str:
    one = _some(dice)
    heavier = tuple(value * 1.01 for value in one.words.values)
    return _put(Stored(one.id, one.payload, one.dense, Sparse(one.words.indices, heavier)))


def lost_object(dice: Random) -> str:
    sha256, place = _object(dice)
    place.unlink()
    return sha256


def flipped_bit(dice: Random) -> str:
    sha256, place = _object(dice)
    before = place.read_bytes()
    # A bit that only the compression looks at may leave what is compressed as it was.
    while registry.corpus().folder.is_sound(sha256):
        content = bytearray(before)
        content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
        place.write_bytes(content)
    return sha256


def cut_object(dice: Random) -> str:
    sha256, place = _object(dice)
    place.write_bytes(place.read_bytes()[: dice.randrange(20)])
    return sha256


def extra_object(dice: Random) -> str:
    sha256 = registry.corpus().folder.put_object(dice.randbytes(40))
    return f"objects/{sha256[:2]}/{sha256}.zst"


def extra_file(dice: Random) -> str:
    name = f"{dice.choice(['objects/ab', 'manifests', 'elsewhere'])}/{dice.randrange(10**6)}.tmp"
    place = registry.corpus().folder.path / name
    place.parent.mkdir(exist_ok=True)
    place.touch()
    return name


def edited_manifest(_dice: Random) -> str:
    place = registry.corpus().folder.path / "manifest.json"
    place.write_bytes(place.read_bytes().replace(b'"passages":8', b'"passages":7', 1))
    return "manifest.json"


def edited_kept_manifest(dice: Random) -> str:
    newest = registry.corpus().folder.newest() or b""
    place = dice.choice(sorted(registry.corpus().folder.path.glob("manifests/*.json")))
    while newest and place.read_bytes() != newest:
        place = dice.choice(sorted(registry.corpus().folder.path.glob("manifests/*.json")))
    place.write_bytes(b"[]")
    return f"manifests/{place.name}"


def lost_row(dice: Random) -> str:
    row = _row(dice)
    row.delete()
    return row.sha256


DAMAGES: list[Damage] = [
    *(lost_point, foreign_point, moved_term, other_version, other_passage, other_class),
    *(other_vector, other_words, lost_object, flipped_bit, cut_object, extra_object),
    *(extra_file, edited_manifest, edited_kept_manifest, lost_row),
]


def _some(dice: Random) -> Stored:
    """A point of ours that is as it should be."""
    store = clients.vector_store()
    found = store.scan(store.live() or "", vectors=True)
    return dice.choice([s for s in found if s.payload and s.payload.version < 10**6])


def _put(stored: Stored, *, id_: str = "", **said: object) -> str:
    store = clients.vector_store()
    payload = Payload(**(stored.payload.raw() | said))
    store.put(store.live() or "", [Point(id_ or stored.id, stored.dense, stored.words, payload)])
    return id_ or stored.id


def _row(dice: Random) -> CorpusObject:
    held = CorpusObject.objects.filter(is_held=True).order_by("version_id")
    return dice.choice([row for row in held if _place(row.sha256).exists()])


def _object(dice: Random) -> tuple[str, Path]:
    sha256 = _row(dice).sha256
    return sha256, _place(sha256)


def _place(sha256: str) -> Path:
    return registry.corpus().folder.path / "objects" / sha256[:2] / f"{sha256}.zst"


def plant() -> None:
    def blind(vectors: object, page: object, beat: object) -> Iterator[Drift]:
        return iter([])

    reconcile._damaged = blind


if __name__ == "__main__":
    parser = arguments(__doc__ or "", rounds=60, plants=PLANTS)
    parser.add_argument("--versions", type=int, default=VERSIONS)
    given = parser.parse_args()
    if given.plant:
        plant()
    run(
        "drift",
        given.seed,
        lambda world: prove(world, rounds=given.rounds, versions=given.versions),
    )
