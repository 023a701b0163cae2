"""Settings fail loudly, by the variable's name; production refuses what is only for development."""

import pytest

from config.environment import EnvironmentInvalid, read_environment

PRODUCTION = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": "s" * 60,
    "ALLOWED_HOSTS": '["billing.example.com"]',
    "BASE_URL": "https://billing.example.com",
    "DATABASE_URL": "postgresql://db/seatledger",
    "REDIS_URL": "redis://cache/0",
    "STAFF_SECOND_FACTOR": "required",
}


@pytest.fixture(autouse=True)
def folder_of_its_own(monkeypatch, tmp_path):
    """Browser tests leave the codes of a demo in the folder all tests share."""
    monkeypatch.setenv("VAR_DIR", str(tmp_path))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "70000"),
        ("DEBUG", "perhaps"),
        ("ENVIRONMENT", "staging"),
        ("LOG_LEVEL", "LOUD"),
        ("DRAFT_GRACE_HOURS", "-1"),
        ("ALLOWED_HOSTS", "billing.example.com"),
        ("ALLOWED_HOSTS", '"billing.example.com"'),
        ("TIME_ZONE", "Europe/Atlantis"),
        ("VAR_DIR", ""),
        ("DATABASE_URL", "mysql://db/seatledger"),
        ("REDIS_URL", "cache:6379"),
        ("BASE_URL", "billing.example.com"),
        ("VIES_URL", "ec.europa.eu"),
        ("STRIPE_API_KEY", "secret"),
        ("STRIPE_API_BASE", "api.stripe.com"),
        ("VIES_TIMEOUT_SECONDS", "0"),
        ("EMAIL_PORT", "0"),
        ("EMAIL_SECURITY", "ssl"),
        ("EMAIL_TIMEOUT_SECONDS", "0"),
        ("ANYMAIL", "token"),
        ("STAFF_SECOND_FACTOR", "later"),
        ("SESSION_IDLE_MINUTES", "0"),
        ("OIDC_ISSUER", "login.example.com"),
        ("OIDC_DOMAINS", "example.com"),
        ("SECRET_KEY_FALLBACKS", "an earlier secret"),
        ("OIDC_GROUP_ROLES", '{"finance": "boss"}'),
        ("OIDC_GROUP_ROLES", "finance=approver"),
    ],
)
def test_a_wrong_value_names_its_variable(monkeypatch, name, value):
    monkeypatch.setenv(name, value)

    with pytest.raises(EnvironmentInvalid) as stop:
        read_environment()

    assert name in str(stop.value)


def test_production_starts_with_everything_its_own(monkeypatch):
    for name, value in PRODUCTION.items():
        monkeypatch.setenv(name, value)

    assert read_environment().is_production


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", None),
        ("DEBUG", "true"),
        ("ALLOWED_HOSTS", None),
        ("BASE_URL", "http://billing.example.com"),
        ("DATABASE_URL", ""),
        ("REDIS_URL", ""),
        ("STAFF_SECOND_FACTOR", "optional"),
        ("WEBHOOK_PRIVATE_TARGETS", "true"),
    ],
)
def test_production_refuses_development_values(monkeypatch, name, value):
    for known, good in PRODUCTION.items():
        monkeypatch.setenv(known, good)
    if value is None:
        monkeypatch.delenv(name)
    else:
        monkeypatch.setenv(name, value)

    with pytest.raises(EnvironmentInvalid) as stop:
        read_environment()

    assert name in str(stop.value)


def test_production_refuses_the_folder_of_a_demo_that_shows_its_codes(monkeypatch, tmp_path):
    for known, good in PRODUCTION.items():
        monkeypatch.setenv(known, good)
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    (tmp_path / "demo-codes").write_text("alma")

    with pytest.raises(EnvironmentInvalid, match="demo-codes"):
        read_environment()


def test_an_issuer_needs_a_client_and_domains_and_its_secret_is_not_repeated(monkeypatch):
    monkeypatch.setenv("OIDC_ISSUER", "https://login.example.com")
    monkeypatch.setenv("OIDC_CLIENT_SECRET", "hunter2")

    with pytest.raises(EnvironmentInvalid) as stop:
        read_environment()

    assert "OIDC_CLIENT_ID" in str(stop.value)
    assert "OIDC_DOMAINS" in str(stop.value)
    assert "hunter2" not in str(stop.value)


def test_a_wrong_address_is_refused_without_repeating_its_password(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "mysql://seatledger:hunter2@db/seatledger")

    with pytest.raises(EnvironmentInvalid) as stop:
        read_environment()

    assert "hunter2" not in str(stop.value)


def test_a_wrong_object_of_keys_is_refused_without_repeating_them(monkeypatch):
    monkeypatch.setenv("ANYMAIL", '{"POSTMARK_SERVER_TOKEN": "hunter2"')

    with pytest.raises(EnvironmentInvalid) as stop:
        read_environment()

    assert "ANYMAIL" in str(stop.value)
    assert "hunter2" not in str(stop.value)


def test_mail_is_kept_as_files_in_development_and_sent_in_production(monkeypatch):
    assert "filebased" in read_environment().mail_backend
    for name, value in PRODUCTION.items():
        monkeypatch.setenv(name, value)
    environment = read_environment()

    assert "smtp" in environment.mail_backend
    assert environment.mail_from == "billing@billing.example.com"
    monkeypatch.setenv("EMAIL_BACKEND", "anymail.backends.postmark.EmailBackend")
    assert "postmark" in read_environment().mail_backend
