"""Where requests come from, how many connections each client has, and which path is whose IRI."""

from __future__ import annotations

import pytest

from kg_builder.serving.addresses import Proxies, household
from kg_builder.serving.connections import Admission
from kg_builder.serving.paths import Paths


def test_one_client_has_so_many_connections():
    admission = Admission(every=5, one=2, proxies=Proxies(["10.0.0.0/8"]))
    assert [admission.enter("192.0.2.1") for _ in range(3)] == [True, True, False]
    admission.leave("192.0.2.1")
    assert not admission.enter("192.0.2.1")
    for _ in range(3):
        admission.leave("192.0.2.1")
    assert admission.enter("192.0.2.1")
    # a household of IPv6 has more addresses than anybody can count
    assert [admission.enter(f"2001:db8::{n}") for n in (1, 2, 3)] == [True, True, False]
    # a proxy stands for many, as far as there is room at all
    assert [admission.enter("10.1.2.3") for _ in range(2)] == [True, False]


def test_whom_a_request_comes_from():
    proxies = Proxies(["127.0.0.1", "10.0.0.0/8"])
    assert proxies.origin("127.0.0.1", []).local
    assert not proxies.origin("192.0.2.1", []).local
    assert proxies.origin("127.0.0.1", ["6.6.6.6, 192.0.2.7, 10.1.1.1"]).client == "192.0.2.7"
    assert proxies.origin("127.0.0.1", ["[2001:db8::7]:4711"]).client == "2001:db8::7"
    forged = proxies.origin("192.0.2.1", ["127.0.0.1"])
    assert (forged.client, forged.local) == ("192.0.2.1", False)
    rubbish = proxies.origin("127.0.0.1", ['127.0.0.1", "event": "x'])
    assert (rubbish.client, rubbish.local) == ("127.0.0.1", False)
    assert household("::ffff:192.0.2.1") == household("192.0.2.1") == "192.0.2.1"
    with pytest.raises(ValueError, match="nonsense"):
        Proxies(["nonsense"])


def test_no_iri_leads_to_another_server():
    paths = Paths("https://example.org/")
    assert paths.path("https://example.org/id/a") == "/id/a"
    assert paths.path("https://example.org//evil.example/a").startswith("/describe?iri=")
