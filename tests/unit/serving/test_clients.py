"""How much each client may ask."""

from __future__ import annotations

import time

from kg_builder.serving.clients import Clients


def test_a_crowd_of_clients_costs_no_more_than_a_few():
    clients = Clients(100.0, 16)
    for number in range(21_000):
        clients.admit(f"2001:db8:{number:x}::/64")
    start = time.process_time()
    for number in range(1_000):
        clients.admit(f"2001:db8:1:{number:x}::/64")
    assert time.process_time() - start < 0.5
