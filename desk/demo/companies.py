"""Two hundred invented customers in thirteen countries, the same ones every time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from desk.demo.catalog import PLANS, DemoPlan
from desk.demo.tax import tax_number


@dataclass(frozen=True, slots=True)
class Place:
    """Where companies sit: cities with their time zone, legal form, currency and seller."""

    country: str
    currency: str
    language: str
    time_zone: str
    seller: str
    legal_forms: Sequence[str]
    cities: Sequence[tuple[str, str, str]]  # city, region, postal code
    streets: Sequence[str]
    weight: int
    paper: str = "A4"
    is_new: bool = False  # somebody began to sell there late in the story


PLACES: tuple[Place, ...] = (
    Place("DE", "EUR", "de", "Europe/Berlin", "LRIE", ("GmbH", "AG", "GmbH & Co. KG"),
          (("Berlin", "", "10115"), ("Hamburg", "", "20457"), ("Leipzig", "", "04109")),
          ("Lindenallee", "Hafenstraße", "Am Kanal"), 34),
    Place("US", "USD", "en", "America/New_York", "LRUS", ("Inc.", "LLC", "Corp."),
          (("Boston", "MA", "02110"), ("Round Rock", "TX", "78664"), ("Dublin", "OH", "43017")),
          ("Maple Avenue", "Foundry Street", "Lakeview Drive"), 36, "Letter"),
    Place("GB", "GBP", "en", "Europe/London", "LRUK", ("Ltd", "LLP", "plc"),
          (("London", "", "SE1 9GF"), ("Leeds", "", "LS1 4AP"), ("Bristol", "", "BS1 6QH")),
          ("Tanner Street", "Mill Lane", "Queen's Parade"), 26),
    Place("FR", "EUR", "en", "Europe/Paris", "LRIE", ("SAS", "SARL"),
          (("Lyon", "", "69002"), ("Nantes", "", "44000")), ("rue des Tilleuls", "quai Sud"), 16),
    Place("NL", "EUR", "en", "Europe/Amsterdam", "LRIE", ("B.V.", "N.V."),
          (("Utrecht", "", "3511 AB"), ("Rotterdam", "", "3011 GE")), ("Havenkade", "Molenpad"), 16),
    Place("IE", "EUR", "en", "Europe/Dublin", "LRIE", ("Ltd", "DAC"),
          (("Cork", "", "T12 R5CX"), ("Galway", "", "H91 E9PR")), ("Quay Street", "Mill Road"), 10),
    Place("ES", "EUR", "en", "Europe/Madrid", "LRIE", ("S.L.", "S.A."),
          (("Valencia", "", "46002"), ("Bilbao", "", "48001")), ("calle Mayor", "avenida del Puerto"), 12),
    Place("SE", "EUR", "en", "Europe/Stockholm", "LRIE", ("AB",),
          (("Malmö", "", "211 20"), ("Uppsala", "", "753 20")), ("Strandvägen", "Kungsgatan"), 10),
    Place("CH", "EUR", "de", "Europe/Zurich", "LRIE", ("AG", "GmbH"),
          (("Zürich", "", "8005"), ("Basel", "", "4051")), ("Seestrasse", "Limmatquai"), 10),
    Place("CA", "USD", "en", "America/Toronto", "LRUS", ("Inc.", "Ltd."),
          (("Toronto", "ON", "M5V 2T6"), ("Halifax", "NS", "B3J 1P3")), ("Harbourfront Road", "Birch Street"), 12, "Letter"),
    Place("AU", "USD", "en", "Australia/Sydney", "LRUS", ("Pty Ltd",),
          (("Sydney", "NSW", "2000"), ("Hobart", "TAS", "7000")), ("Wattle Street", "Esplanade"), 9),
    Place("JP", "JPY", "en", "Asia/Tokyo", "LRUS", ("K.K.",),
          (("Tokyo", "", "150-0002"), ("Kobe", "", "650-0001")), ("Sakura-dori", "Minato 3-chome"), 9),
    Place("NO", "EUR", "en", "Europe/Oslo", "LRIE", ("AS",),
          (("Bergen", "", "5003"), ("Trondheim", "", "7011")), ("Fjordgata", "Torget"), 3, is_new=True),
)  # fmt: skip

FIRST = (
    "Alder", "Amber", "Basalt", "Beacon", "Birch", "Brightwater", "Cedar", "Cinder", "Clover",
    "Cobalt", "Copper", "Coral", "Dahlia", "Drift", "Ember", "Fathom", "Fern", "Flint", "Gable",
    "Garnet", "Granite", "Harbor", "Hazel", "Heron", "Indigo", "Juniper", "Kestrel", "Lantern",
    "Larch", "Linden", "Lumen", "Marble", "Meadow", "Mistral", "Moss", "Nimbus", "Northgate",
    "Ochre", "Orchard", "Osprey", "Pebble", "Pine", "Quarry", "Quill", "Raven", "Reed", "Sable",
    "Saffron", "Slate", "Sorrel", "Sparrow", "Summit", "Tamarind", "Tern", "Thistle", "Timber",
    "Umber", "Verdant", "Willow", "Zephyr",
)  # fmt: skip
SECOND = (
    "Analytics", "Architects", "Biotech", "Capital", "Ceramics", "Clinics", "Design", "Dynamics",
    "Energy", "Foods", "Freight", "Health", "Insurance", "Interiors", "Labs", "Legal", "Logistics",
    "Marine", "Media", "Mobility", "Optics", "Press", "Publishing", "Robotics", "Schools",
    "Software", "Studios", "Systems", "Textiles", "Travel",
)  # fmt: skip
GIVEN = (
    "Aisha", "Anna", "Arjun", "Beatriz", "Bram", "Camille", "Chloe", "Daniel", "Diego", "Elif",
    "Emma", "Erik", "Fatima", "Felix", "Greta", "Hana", "Hugo", "Ines", "Ivan", "Jonas", "Julia",
    "Kenji", "Lara", "Leo", "Lina", "Luca", "Maja", "Marco", "Mei", "Mila", "Nadia", "Noah",
    "Nora", "Olga", "Omar", "Oscar", "Paula", "Priya", "Rafael", "Rosa", "Samuel", "Sara", "Sven",
    "Tariq", "Tessa", "Theo", "Vera", "Wei", "Yara", "Zoe",
)  # fmt: skip
FAMILY = (
    "Abbott", "Alvarez", "Becker", "Bianchi", "Boateng", "Brandt", "Castro", "Chen", "Costa",
    "Dubois", "Eriksson", "Fischer", "Fontaine", "Garcia", "Haddad", "Hansen", "Ito", "Janssen",
    "Kaya", "Keller", "Kim", "Kowalski", "Laurent", "Lindqvist", "Lopez", "Maier", "Mensah",
    "Moreau", "Murphy", "Nakamura", "Novak", "O'Brien", "Okafor", "Olsen", "Petrov", "Popescu",
    "Rossi", "Sato", "Schmidt", "Silva", "Singh", "Suzuki", "Tanaka", "Taylor", "Vogel", "Walsh",
    "Weber", "Wong", "Yilmaz", "Zhang",
)  # fmt: skip
STANDINGS = ("valid", "pending", "none", "invalid", "consumer")
STANDING_WEIGHTS = (87, 3, 3, 2, 5)
NEED_A_NUMBER = ("CH", "AU")  # without one the invoices of a customer there are held
EARLY_DAYS, LATE_DAYS = range(240), range(340, 420)
PLAN_WEIGHTS = (60, 45, 25, 22, 26, 22)
CUSTOMERS = 200
STORY_STARTS = date(2025, 9, 1)


@dataclass(frozen=True, slots=True)
class Company:
    """A customer of the demo with what it buys."""

    key: str
    legal_name: str
    place: Place
    city: tuple[str, str, str]
    street: str
    owner_name: str
    owner_email: str
    plan: DemoPlan
    seats: int
    starts_on: date
    anchor_day: int
    is_business: bool = True
    tax_number: str = ""
    register_says: str = ""  # valid, invalid, or nothing yet

    @property
    def is_answered_late(self) -> bool:
        """Its invoices are held for a while; the newest customers still wait."""
        waits = bool(self.tax_number) and not self.register_says
        return waits and self.starts_on < STORY_STARTS + timedelta(days=200)


def companies(random: Random, count: int = CUSTOMERS) -> list[Company]:
    """The same companies for the same seed, most small, a few large."""
    names = [f"{first} {second}" for first in FIRST for second in SECOND]
    chosen = random.sample(names, count)
    return [company(random, number, name) for number, name in enumerate(chosen, 1)]


def company(random: Random, number: int, name: str) -> Company:
    place = random.choices(PLACES, [one.weight for one in PLACES])[0]
    plan = random.choices(PLANS, PLAN_WEIGHTS)[0]
    owner = f"{random.choice(GIVEN)} {random.choice(FAMILY)}"
    standing = random.choices(STANDINGS, STANDING_WEIGHTS)[0]
    needs_register = place.country in NEED_A_NUMBER and standing not in {"valid", "pending"}
    first = LATE_DAYS if place.is_new or needs_register else EARLY_DAYS
    starts_on = STORY_STARTS + timedelta(days=random.choice(first))
    is_business = standing != "consumer"
    has_number = is_business and standing != "none"
    mailbox = owner.lower().replace(" ", ".").replace("'", "")
    return Company(
        key=f"cus-{number:04d}",
        legal_name=f"{name} {random.choice(place.legal_forms)}" if is_business else owner,
        place=place,
        city=random.choice(place.cities),
        street=f"{random.choice(place.streets)} {random.randrange(1, 190)}",
        owner_name=owner,
        owner_email=f"{mailbox}@{name.lower().replace(' ', '')}.example",
        plan=plan,
        seats=team_size(random),
        starts_on=starts_on,
        anchor_day=random.choice((starts_on.day, starts_on.day, 1, 31)),
        is_business=is_business,
        tax_number=tax_number(random, place.country) if has_number else "",
        register_says=standing if standing in {"valid", "invalid"} else "",
    )


def team_size(random: Random) -> int:
    """Log-normal: half have fewer than ten seats, one in fifty more than a hundred."""
    return max(1, min(400, round(random.lognormvariate(2.1, 1.1))))


def person(random: Random) -> str:
    return f"{random.choice(GIVEN)} {random.choice(FAMILY)}"
