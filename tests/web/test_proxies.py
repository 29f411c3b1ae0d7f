"""From where a visitor comes: what they say themselves counts for nothing, what our proxies say does."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_network

import pytest
from flask import Flask
from web_service import Service

from forms_service.config import Config, InvalidSetting
from forms_service.web import create_app, security
from forms_service.web.proxies import TrustedProxies

OURS = tuple(ip_network(one) for one in ("10.0.0.0/8", "192.0.2.4", "127.0.0.1", "2001:db8::/32"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.7", None, "203.0.113.7"),
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),
        ("10.0.0.2", None, "10.0.0.2"),
        ("10.0.0.2", "203.0.113.7", "203.0.113.7"),
        ("10.0.0.2", "198.51.100.1, 203.0.113.7", "203.0.113.7"),
        ("10.0.0.2", "203.0.113.7, 192.0.2.4", "203.0.113.7"),
        ("10.0.0.2", "198.51.100.1, 203.0.113.7, 10.9.9.9, 192.0.2.4", "203.0.113.7"),
        ("10.0.0.2", "nonsense", "10.0.0.2"),
        ("10.0.0.2", '"x, 203.0.113.7', "203.0.113.7"),
        ("10.0.0.2", '"198.51.100.1, 203.0.113.7", 203.0.113.8', "203.0.113.8"),
        ("127.0.0.1", '"x, 203.0.113.7, 10.9.9.9', "203.0.113.7"),
        ("10.0.0.2", "203.0.113.7,", "10.0.0.2"),
        ("10.0.0.2", "10.0.0.3", "10.0.0.3"),
        ("::ffff:10.0.0.2", "203.0.113.7", "203.0.113.7"),
        ("127.0.0.1", "203.0.113.7", "203.0.113.7"),
        ("127.0.0.1", None, ""),
        ("2001:db8::1", "2a01:cb00:1:2:aaaa::1", "2a01:cb00:1:2::/64"),
        ("2a01:cb00:1:2:bbbb::9", "203.0.113.7", "2a01:cb00:1:2::/64"),
        ("", None, ""),
    ],
)
def test_a_visitor_is_whom_our_proxies_say(peer: str, forwarded: str | None, client: str) -> None:
    app = Flask("proxied")
    app.add_url_rule("/", view_func=lambda: security.client())
    app.wsgi_app = TrustedProxies(app.wsgi_app, OURS)  # type: ignore[method-assign]
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    answer = app.test_client().get("/", headers=headers, environ_base={"REMOTE_ADDR": peer})
    assert answer.get_data(as_text=True) == client


def test_without_the_setting_nobody_chooses_where_they_come_from(service: Service) -> None:
    with service.app.test_request_context(
        headers={"X-Forwarded-For": "198.51.100.1"}, environ_base={"REMOTE_ADDR": "203.0.113.7"}
    ):
        assert security.client() == "203.0.113.7"
    assert service.application.config.trusted_proxies == ()
    assert not isinstance(service.app.wsgi_app, TrustedProxies)


def test_the_setting_takes_addresses_and_networks() -> None:
    config = Config.from_environment({"FORMS_TRUSTED_PROXIES": "10.0.4.2, 10.1.0.0/16 2001:db8::1"})
    assert [str(one) for one in config.trusted_proxies] == ["10.0.4.2/32", "10.1.0.0/16", "2001:db8::1/128"]
    for wrong in ("proxy.example", "10.1.2.3/16", "10.0.0.300"):
        with pytest.raises(InvalidSetting, match="FORMS_TRUSTED_PROXIES"):
            Config.from_environment({"FORMS_TRUSTED_PROXIES": wrong})


def test_the_service_listens_to_the_proxies_of_its_settings(service: Service) -> None:
    config = replace(service.application.config, trusted_proxies=OURS)
    app = create_app(replace(service.application, config=config))
    app.add_url_rule("/where", "where", security.client)
    seen = app.test_client().get(
        "/where", headers={"X-Forwarded-For": "203.0.113.7"}, environ_base={"REMOTE_ADDR": "10.0.0.2"}
    )
    assert "203.0.113.7" in seen.get_data(as_text=True)
