"""The tester of SCIM servers passes whole against the application."""

from scim2_tester import Status, check_server

from tests.scim.conftest import client_of


def test_the_scim_tester_finds_nothing_to_complain_about(acme):
    results = check_server(client_of(acme))

    complaints = [
        f"{one.status.name} {one.title}: {one.reason}"
        for one in results
        if one.status != Status.SUCCESS
    ]
    assert "\n".join(complaints) == ""
    assert len(results) > 60
