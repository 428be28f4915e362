"""compose.yaml and the units of systemd: what they promise can be read off them."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.served import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = [name for name, s in SERVICES.items() if s["image"].startswith("clinical-kb:")]
UNITS = sorted((ROOT / "deploy/systemd").glob("*.service"))
READ = re.compile(r'(?:text|whole_number|names|url|database)\(\s*"([A-Z0-9_]+)"')
PINNED = re.compile(r"[\w./-]+:v?\d+\.\d+(\.\d+)?[\w.-]*")


def known() -> set[str]:
    """Every variable that the settings read."""
    code = "".join((ROOT / "kbadmin" / n).read_text() for n in ("environment.py", "settings.py"))
    names = set(READ.findall(code)) | {"DATABASE_URL", "MIGRATION_DATABASE_URL"}
    return names | {f"{name}_FILE" for name in names}


def environment_of(name: str) -> dict[str, str]:
    return dict(SERVICES[name].get("environment", {}))


@pytest.mark.parametrize("name", SERVICES)
def test_image_is_pinned(name: str) -> None:
    assert PINNED.fullmatch(SERVICES[name]["image"])


@pytest.mark.parametrize("name", [n for n, s in SERVICES.items() if s["restart"] != "no"])
def test_service_has_a_health_check(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"]
    assert SERVICES[name]["healthcheck"]["interval"]


@pytest.mark.parametrize("name", SERVICES)
def test_service_is_hardened(name: str) -> None:
    service = SERVICES[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert int(service["user"].split(":")[0]) > 0
    assert service["mem_limit"]


@pytest.mark.parametrize("name", SERVICES)
def test_no_service_but_the_proxy_has_a_way_out_or_in(name: str) -> None:
    is_outside = "outside" in SERVICES[name]["networks"] or "ports" in SERVICES[name]

    assert is_outside == (name == "proxy")
    assert COMPOSE["networks"]["inside"]["internal"] is True


@pytest.mark.parametrize("name", SERVICES)
def test_no_secret_stands_in_an_environment(name: str) -> None:
    for variable, value in environment_of(name).items():
        is_secret = re.search(
            "PASSWORD|SECRET|KEY|DATABASE_URL|BROKER_URL|CACHE_URL|AUTH", variable
        )
        assert not is_secret or str(value).startswith("/run/secrets/"), variable


@pytest.mark.parametrize("name", SERVICES)
def test_every_secret_that_is_used_is_given(name: str) -> None:
    said = yaml.safe_dump({k: v for k, v in SERVICES[name].items() if k != "secrets"})
    used = set(re.findall(r"/run/secrets/(\w+)", said))

    assert used <= set(SERVICES[name].get("secrets", []))
    assert used <= set(COMPOSE["secrets"])


def test_every_secret_is_a_file() -> None:
    assert all(s["file"].startswith("./secrets/") for s in COMPOSE["secrets"].values())


def test_start_without_a_public_address_is_refused() -> None:
    assert environment_of("web")["PUBLIC_URL"].startswith("${PUBLIC_URL:?")


@pytest.mark.parametrize("name", OURS)
def test_our_services_set_only_variables_that_are_read(name: str) -> None:
    assert set(environment_of(name)) - known() == set()


@pytest.mark.parametrize("name", OURS)
def test_our_services_all_have_the_same_truth_and_secret(name: str) -> None:
    web, mine = environment_of("web"), environment_of(name)

    for variable in ("DATABASE_URL_FILE", "SECRET_KEY_FILE", "CACHE_URL_FILE", "TIME_ZONE"):
        assert mine[variable] == web[variable]


def test_proxy_has_the_address_that_is_trusted() -> None:
    address = SERVICES["proxy"]["networks"]["inside"]["ipv4_address"]

    assert environment_of("web")["TRUSTED_PROXIES"] == address


def test_owner_of_the_tables_is_known_to_the_migration_alone() -> None:
    who = [n for n, s in SERVICES.items() if "migration_database_url" in s.get("secrets", [])]

    assert who == ["migrate"]


def test_volumes_and_networks_that_are_used_exist() -> None:
    used = {v.split(":")[0] for s in SERVICES.values() for v in s.get("volumes", [])}

    assert {v for v in used if not v.startswith(".")} <= set(COMPOSE["volumes"])
    assert all((ROOT / v).exists() for v in used if v.startswith("."))


def test_both_queues_have_a_worker() -> None:
    queues = [s["command"][s["command"].index("-Q") + 1] for s in SERVICES.values()
              if "-Q" in s.get("command", [])]  # fmt: skip

    assert sorted(queues) == ["celery", "reading"]


@pytest.mark.parametrize("conf", ["kb.conf", "compose.conf"])
def test_proxy_says_itself_who_called(conf: str) -> None:
    said = (ROOT / "deploy/nginx" / conf).read_text()

    assert re.search(r"X-Forwarded-For +\$remote_addr;", said)
    assert re.search(r"X-Forwarded-Proto +https;", said)
    assert "proxy_add_x_forwarded_for" not in said


def test_image_is_built_without_a_network() -> None:
    said = (ROOT / "deploy/Dockerfile").read_text()

    assert "--no-index" in said
    assert "--require-hashes" in said
    assert SERVICES["web"]["build"]["network"] == "none"


# systemd


def unit(path: Path) -> configparser.SectionProxy:
    parsed = configparser.RawConfigParser(strict=False)
    parsed.optionxform = str  # type: ignore[assignment,method-assign]
    parsed.read(path)
    return parsed["Service"]


@pytest.mark.parametrize("path", UNITS, ids=lambda p: p.stem)
def test_unit_is_hardened(path: Path) -> None:
    said = unit(path)

    assert said["User"] == "kb"
    assert said["NoNewPrivileges"] == said["PrivateTmp"] == "yes"
    assert said["ProtectSystem"] == "strict"
    assert said["CapabilityBoundingSet"] == ""
    assert said["MemoryMax"]
    assert "/var/lib/kb" in said["ReadWritePaths"]


@pytest.mark.parametrize("path", UNITS, ids=lambda p: p.stem)
def test_unit_takes_its_secrets_from_files(path: Path) -> None:
    assert unit(path)["EnvironmentFile"] == "/etc/kb/kb.env"
    assert "Environment=" not in path.read_text()


@pytest.mark.slow
def test_systemd_understands_the_units(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed")
    for path in UNITS:
        said = path.read_text().replace("/opt/kb", str(ROOT)).replace("=kb\n", "=root\n")
        programs = re.sub(rf"{ROOT}/.venv/bin/\w+", "/bin/true", said)
        (tmp_path / path.name).write_text(programs)

    command = ["systemd-analyze", "verify", *map(str, tmp_path.glob("*.service"))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")


def test_example_of_the_environment_names_only_what_is_read() -> None:
    lines = (ROOT / "deploy/kb.env.example").read_text().splitlines()
    names = {line.split("=")[0] for line in lines if line and not line.startswith("#")}

    assert names - known() == {"BACKUP_DIR"}


def test_secrets_are_made_once(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "deploy", tmp_path / "deploy")
    script = ["sh", str(tmp_path / "deploy/make-secrets.sh")]

    made = []
    for _ in range(2):
        subprocess.run(script, check=True, capture_output=True)
        made.append({p.name: p.read_text() for p in (tmp_path / "secrets").iterdir()})

    assert made[0] == made[1]
    assert set(COMPOSE["secrets"]) - set(made[0]) == {"tls_certificate", "tls_key"}
    assert len(set(made[0].values())) == len(made[0])
