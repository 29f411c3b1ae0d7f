"""What lies under deploy/ names commands, settings and secrets that there are."""

from __future__ import annotations

import re
import shlex
from ipaddress import ip_address, ip_network
from pathlib import Path

import click
import pytest
import yaml

from forms_service.cli import commands

DEPLOY = Path(__file__).resolve().parents[1] / "deploy"
ROOT = DEPLOY.parent
NGINX = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")


def understood(words: list[str]) -> bool:
    """Whether the command line takes these words; nothing is run."""
    command = commands.get_command(click.Context(commands), words[0])
    assert command is not None, words
    command.make_context(words[0], words[1:])
    return True


def units() -> list[Path]:
    return sorted((DEPLOY / "systemd").glob("*.service"))


@pytest.mark.parametrize("unit", units(), ids=lambda path: path.name)
def test_a_unit_starts_a_command_there_is(unit: Path) -> None:
    said = re.search(r"^ExecStart=\S+/forms-service (.+)$", unit.read_text(), re.MULTILINE)
    assert said and understood(shlex.split(said.group(1)))


@pytest.mark.parametrize("unit", ["forms-web.service", "forms-worker@.service"])
def test_a_unit_is_started_again_without_end(unit: str) -> None:
    """One more start than a poisonous job is given must always come, and a database may be away for days."""
    said = (DEPLOY / "systemd" / unit).read_text().splitlines()
    assert {"StartLimitIntervalSec=0", "Restart=always", "OOMPolicy=continue"} <= set(said)


def test_the_proxy_has_the_one_address_that_is_trusted() -> None:
    """Else limits by address would hit everybody together."""
    (address,) = re.findall(
        r"^FORMS_TRUSTED_PROXIES=(.+)$", (DEPLOY / "forms.env.example").read_text(), re.MULTILINE
    )
    networks = compose()["networks"]
    (range_,) = networks["outside"]["ipam"]["config"]
    assert ip_address(address) in ip_network(range_["subnet"])
    assert compose()["services"]["proxy"]["networks"]["outside"]["ipv4_address"] == address


def test_the_image_and_every_container_start_commands_there_are() -> None:
    said = re.search(r"^CMD (\[.+\])$", (DEPLOY / "Containerfile").read_text(), re.MULTILINE)
    assert said and understood(yaml.safe_load(said.group(1)))
    containers = compose()["services"].values()
    ours = [one["command"] for one in containers if one["image"] == "forms-service"]
    assert len(ours) == 4
    assert all(understood(one) for one in ours)


def test_papers_on_their_way_through_the_proxy_lie_on_no_disk() -> None:
    """And no proxy waits for a host at an address it no longer has."""
    proxy = compose()["services"]["proxy"]
    (in_memory,) = (one.partition(":")[0] for one in proxy["tmpfs"])
    folders = re.findall(r"^\s*(?:client_body|proxy)_temp_path\s+(\S+);", NGINX, re.MULTILINE)
    assert len(folders) == 2 and all(folder.startswith(f"{in_memory}/") for folder in folders)
    range_ = ip_network(compose()["networks"]["outside"]["ipam"]["config"][0]["ip_range"])
    hosts = re.findall(r"^\s*server ([\w-]+):\d+ max_fails", NGINX, re.MULTILINE)
    kept = [compose()["services"][name]["networks"]["outside"]["ipv4_address"] for name in hosts]
    assert len(set(kept)) == len(hosts) == 2
    assert not any(ip_address(one) in range_ for one in kept), "that range is given to others"


def test_what_the_proxy_says_by_itself_is_said_in_both_languages() -> None:
    told = {
        code: page
        for codes, page in re.findall(r"^\s*error_page ([\d ]+) (/\S+);", NGINX, re.MULTILINE)
        for code in codes.split()
    }
    assert set(told) == {"413", "429", "500", "502", "503", "504"}
    assert "./pages:/etc/nginx/pages:ro" in compose()["services"]["proxy"]["volumes"]
    for page in set(told.values()):
        said = (DEPLOY / "pages" / page.lstrip("/")).read_text(encoding="utf-8")
        assert re.search(r"<html[^>]* dir=\"rtl\"", said) and re.search(r"<h1>[\u0600-\u06ff]", said)
        assert re.search(r"<section lang=\"fr\" dir=\"ltr\">\s*<h1>\w", said)
        assert not re.search(r"https?:|src=|href=", said), (
            "a proxy that answers alone has nothing else to give"
        )


def test_the_image_can_copy_the_database_that_stands_beside_it() -> None:
    """pg_dump refuses a server that is newer than itself."""
    packages = (ROOT / "scripts" / "debian-packages.sh").read_text()
    assert "postgresql-client" in re.search(r"^OPERATE=\((.+?)\)", packages, re.MULTILINE)[1].split()  # type: ignore[index]
    image = (DEPLOY / "Containerfile").read_text()
    assert "debian-packages.sh --run" in image
    (debian,) = set(re.findall(r"^FROM \S+/debian:(\w+)", image, re.MULTILINE))
    server = compose()["services"]["database"]["image"].rpartition(":")[2]
    assert int(server) <= {"bookworm": 15, "trixie": 17}[debian]


def test_what_goes_into_the_image_is_let_into_it() -> None:
    """A line of .dockerignore that is missing shows only when somebody builds."""
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", (DEPLOY / "Containerfile").read_text(), re.MULTILINE)
    names = {name for line in copied for name in line.split()}
    assert names == let_in
    assert all((ROOT / name).exists() for name in names)


def test_every_setting_of_the_example_is_one() -> None:
    documented = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    documented += "".join(
        page.read_text(encoding="utf-8") for page in (ROOT / "docs" / "operations").glob("*.md")
    )
    names = re.findall(r"^([A-Z][A-Z0-9_]+)=", (DEPLOY / "forms.env.example").read_text(), re.MULTILINE)
    assert len(names) > 10
    assert [name for name in names if f"`{name}" not in documented] == []


def test_every_secret_is_declared_used_and_made_by_the_docs() -> None:
    declared = compose()["secrets"]
    used = {secret for one in compose()["services"].values() for secret in one.get("secrets", ())}
    assert used == set(declared)
    in_settings = re.findall(r"/run/secrets/(\w+)", (DEPLOY / "forms.env.example").read_text())
    assert set(in_settings) <= used
    page = (ROOT / "docs" / "operations" / "deploy.md").read_text(encoding="utf-8")
    assert [one["file"] for one in declared.values() if Path(one["file"]).name not in page] == []


def compose() -> dict[str, dict[str, dict]]:  # type: ignore[type-arg]
    found: dict[str, dict[str, dict]] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())  # type: ignore[type-arg]
    return found
