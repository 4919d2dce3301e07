"""The main job, played over HTTP as each person in turn: `make demo`, against the running program.

A company comes to the market, two customers want the same Saturday, one gets it, the other hears so; the move is
made, billed and printed. Ends with 1, and a sentence, at the first thing that is not as told. Plays any number of
times on one program.
"""

from __future__ import annotations

import os
import re
import sys
import uuid
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from movehub_demo import cast
from movehub_demo.stage import NotAsToldError, Person, Stage, amount_of, require

ROOT: Final = Path(__file__).resolve().parent.parent
HOURS, MILES, WAITING = "6.25", "26.5", "40.00"
MOST_PAGES: Final = 20


@dataclass(frozen=True)
class Company:
    """The story's company: who speaks for it, and what it has."""

    ann: Person
    id: str
    name: str
    email: str
    truck_id: str
    crew_ids: tuple[str, ...]


@dataclass(frozen=True)
class Order:
    """What Maya booked, and the prices she was told on the way."""

    maya: Person
    dan: Person
    maya_email: str
    booking: dict[str, Any]


def main() -> int:
    stage = Stage(os.environ.get("BASE_URL", "http://127.0.0.1:8000"))
    try:
        play(stage)
    except NotAsToldError as difference:
        print(f"\nNot as told: {difference}", file=sys.stderr)
        return 1
    except KeyError as field:
        print(f"\nNot as told: an answer lacks the field {field}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        stage.close()
    return 0


def play(stage: Stage) -> None:
    names = cast.new_names()
    company = open_company(stage, names)
    get_verified(stage, company)
    order = sell(stage, company, names)
    confirm(stage, company, order)
    work(stage, company, order)
    invoice = bill(stage, company, order)
    keep_out_others(stage, company, order, invoice, names)
    stage.chapter("The end")
    stage.say(f"{stage.requests} requests, all answered as told.")


def open_company(stage: Stage, names: cast.Names) -> Company:
    stage.chapter("1  Ann registers her company")
    ann, email = Person("Ann"), names.email("ann")
    told = stage.tell(
        ann, "POST", "/v1/auth/register", expect=201, body=cast.registration(email, "Ann Bridger", names.company)
    )
    ann = ann.signed_in(told["access_token"])
    organization = told["organization"]
    require(organization["status"] == "draft", f"A new company is {organization['status']}, not draft.")
    stage.say(f"{names.company} is a draft: nobody finds it yet.")

    stage.chapter("2  She says what she has and what she charges")
    truck = stage.tell(ann, "POST", "/v1/trucks", expect=201, body=cast.truck())
    crew = [
        stage.tell(ann, "POST", "/v1/drivers", expect=201, body=cast.crew_member(full_name, role))["id"]
        for full_name, role in cast.CREW
    ]
    stage.tell(ann, "POST", "/v1/org/insurance-policies", expect=201, body=cast.insurance())
    stage.tell(ann, "POST", "/v1/pricing-configs", expect=201, body=cast.PRICES)
    stage.say("One truck, three people, cargo insurance; 150.00 an hour, 2.50 a mile, 50.00 a flight, weekends x 1.25.")
    return Company(ann, organization["id"], names.company, email, truck["id"], tuple(crew))


def get_verified(stage: Stage, company: Company) -> None:
    stage.chapter("3  Sam, of the platform's staff, verifies it")
    show_address(stage, company.email)
    case = stage.tell(company.ann, "POST", "/v1/org/verification", expect=201)
    require(case["missing"] == [], f"The company still lacks: {case['missing']}.")
    email, password = cast.STAFF
    told = stage.tell(Person("Sam"), "POST", "/v1/auth/login", expect=200, body={"email": email, "password": password})
    sam = Person("Sam").signed_in(told["access_token"])
    stage.tell(sam, "POST", f"/v1/ops/verifications/{case['id']}/approve", expect=200)
    status = stage.tell(company.ann, "GET", "/v1/org", expect=200)["status"]
    require(status == "verified", f"After the approval the company is {status}, not verified.")
    stage.say(f"{company.name} is verified: customers find it from now on.")


def show_address(stage: Stage, email: str) -> None:
    """Ann reads the mail that she was sent when she registered."""
    found = re.search(r"\bmhv_\S+", stage.letter(email, "your e-mail address"))
    require(found, f"The mail to {email} has no token.")
    token = found[0] if found else ""
    stage.ask(Person("Ann"), "POST", "/v1/auth/verify-email", expect=204, body={"token": token})


def sign_in(stage: Stage, name: str, recipient: dict[str, str]) -> Person:
    """By the code that the program sends to a phone or an e-mail address."""
    person, [to] = Person(name), recipient.values()
    challenge = stage.tell(person, "POST", "/v1/customers/otp", expect=202, body=recipient)["challenge_id"]
    found = re.search(r"\b\d{6}\b", newest_code(stage, to))
    require(found, f"The message to {to} has no code of six digits.")
    code = found[0] if found else ""
    told = stage.tell(
        person, "POST", "/v1/customers/otp/verify", expect=200, body={"challenge_id": challenge, "code": code}
    )
    return person.signed_in(told["session_token"])


def newest_code(stage: Stage, to: str) -> str:
    text = stage.letter(to, "code")
    stage.quote(text)
    return text


def sell(stage: Stage, company: Company, names: cast.Names) -> Order:
    """Estimate, search, quote, booking; and the customer who came too late."""
    stage.chapter("4  Maya and Dan want to move: each signs in with a code")
    maya = sign_in(stage, "Maya", {"phone": cast.new_phone()})
    dan = sign_in(stage, "Dan", {"email": names.email("dan")})

    stage.chapter("5  How much is it?")
    load = {"items": [{"code": code, "quantity": quantity} for code, quantity in cast.INVENTORY]}
    way = {"origin": cast.ORIGIN, "destination": cast.DESTINATION}
    estimate = stage.tell(maya, "POST", "/v1/estimates", expect=200, body=load | way)
    hours = estimate["duration_hours"]
    stage.say(
        f"{estimate['volume_cuft']} cubic feet, {estimate['weight_lb']} pounds, a crew of {estimate['crew_size']}, "
        f"{float(hours['p50']):.1f} to {float(hours['p90']):.1f} hours, {estimate['distance_miles']} miles."
    )

    stage.chapter("6  Both look at the same Saturday")
    wish = {**way, "starts_at": cast.moving_day(), "estimate": estimate}
    offer = find_offer(stage, maya, wish, company)
    stage.say(f"{company.name} offers {offer['starts_at']} to {offer['ends_at']} (UTC), {offer['pickup_zone']}:")
    stage.show_price(offer["price"])
    also = find_offer(stage, dan, wish, company)

    stage.chapter("7  Maya books; Dan comes too late")
    quote, too_late = make_quote(stage, maya, offer), make_quote(stage, dan, also)
    maya_email = names.email("maya")
    booking = book(stage, maya, quote, {"full_name": "Maya Chen", "phone": cast.new_phone(), "email": maya_email})
    turn_away(stage, dan, too_late, company, wish)
    return Order(maya, dan, maya_email, booking)


def find_offer(stage: Stage, who: Person, wish: dict[str, Any], company: Company) -> dict[str, Any]:
    """The company's offer, on whichever page it is. Raises: NotAsToldError when it makes none."""
    cursor: str | None = None
    for _ in range(MOST_PAGES):
        page = stage.tell(who, "POST", "/v1/search", expect=200, body=wish | ({"cursor": cursor} if cursor else {}))
        mine: list[dict[str, Any]] = [one for one in page["offers"] if one["organization"]["id"] == company.id]
        if mine:
            return mine[0]
        cursor = page["next_cursor"]
        if cursor is None:
            raise NotAsToldError(f"{company.name} is free and makes no offer; the search says: {page['reasons']}.")
    raise NotAsToldError(f"{company.name} is on none of the first {MOST_PAGES} pages.")


def make_quote(stage: Stage, who: Person, offer: dict[str, Any]) -> dict[str, Any]:
    quote: dict[str, Any] = stage.tell(who, "POST", "/v1/quotes", expect=201, body={"offer_id": offer["offer_id"]})
    require(quote["price"] == offer["price"], "The quote has another price than the offer.")
    return quote


def book(stage: Stage, maya: Person, quote: dict[str, Any], contact: dict[str, str]) -> dict[str, Any]:
    """Twice with one key, as a phone does that lost the answer: one booking."""
    body, key = {"quote_id": quote["id"], "contact": contact}, str(uuid.uuid4())
    booking: dict[str, Any] = stage.tell(maya, "POST", "/v1/bookings", expect=201, body=body, key=key)
    require(booking["status"] == "held", f"A new booking is {booking['status']}, not held.")
    require(booking["price"] == quote["price"], "The booking has another price than the quote.")
    stage.say(f"{booking['reference']} is held until {booking['hold_expires_at']}.")
    again = stage.ask(maya, "POST", "/v1/bookings", expect=201, body=body, key=key)
    require(
        again.headers.get("Idempotency-Replayed") == "true" and again.json()["id"] == booking["id"],
        "The same request with the same key made a second booking.",
    )
    stage.say("Her phone lost the answer and asked again with the same key: the same booking.")
    return booking


def turn_away(stage: Stage, dan: Person, quote: dict[str, Any], company: Company, wish: dict[str, Any]) -> None:
    contact = {"full_name": "Dan Whitefeather", "phone": cast.new_phone()}
    body = {"quote_id": quote["id"], "contact": contact}
    problem = stage.refused(
        dan, "POST", "/v1/bookings", status=409, code="slot_taken", body=body, key=str(uuid.uuid4())
    )
    windows = problem["alternatives"]
    require(1 <= len(windows) <= 3, f"There are {len(windows)} alternatives, not one to three.")
    for window in windows:
        stage.say(f"       free instead: {window['starts_at']} to {window['ends_at']}")
    find_offer(stage, dan, wish | {"starts_at": windows[0]["starts_at"]}, company)
    stage.say("The first of them can really be had: the company offers it.")


def confirm(stage: Stage, company: Company, order: Order) -> None:
    stage.chapter("8  Maya confirms, and the company hears of it")
    path = f"/v1/bookings/{order.booking['id']}"
    confirmed = stage.tell(order.maya, "POST", f"{path}/confirm", expect=200)
    require(confirmed["status"] == "confirmed", f"The booking is {confirmed['status']}, not confirmed.")
    stage.quote(stage.letter(company.email, order.booking["reference"]))


def work(stage: Stage, company: Company, order: Order) -> None:
    stage.chapter("9  The moving day")
    stage.say("The story does not wait for that Saturday: Ann writes the day's steps down one after the other, now.")
    path = f"/v1/bookings/{order.booking['id']}"
    people = {"truck_ids": [company.truck_id], "driver_ids": list(company.crew_ids)}
    assigned = stage.tell(company.ann, "POST", f"{path}/assign", expect=200, body=people)
    require(sorted(assigned["driver_ids"]) == sorted(company.crew_ids), "The booking has other people than assigned.")
    for step in ("start", "arrive", "load", "depart", "unload"):
        stage.tell(company.ann, "POST", f"{path}/{step}", expect=200)
    extra = {"code": "waiting", "description": "Waiting for the keys", "amount": {"amount": WAITING, "currency": "USD"}}
    done = {"actual_hours": HOURS, "actual_distance_miles": MILES, "extras": [extra]}
    completed = stage.tell(company.ann, "POST", f"{path}/complete", expect=200, body=done)
    require(completed["status"] == "completed", f"The booking is {completed['status']}, not completed.")
    stage.say(f"{HOURS} hours and {MILES} miles, as it turned out, and {WAITING} for waiting:")
    stage.show_price(completed["final_price"])
    check_final(completed["final_price"])
    history = stage.tell(order.maya, "GET", f"{path}/history", expect=200)["items"]
    stage.say("Maya sees every step: " + " > ".join(step["to_status"] for step in history))


def check_final(price: dict[str, Any]) -> None:
    """The sum as a person reckons it: a Saturday, two flights, a crew of two."""
    worked = Decimal(HOURS) * 150 + Decimal(MILES) * Decimal("2.50")
    expected = (worked + 2 * 50 + worked / 4 + Decimal(WAITING)).quantize(Decimal("0.01"))
    told = amount_of(price["total"])
    require(told == expected, f"The final price is {told}; by the price list it is {expected}.")


def bill(stage: Stage, company: Company, order: Order) -> dict[str, Any]:
    stage.chapter("10  The invoice")
    path = f"/v1/bookings/{order.booking['id']}/invoice"
    invoice: dict[str, Any] = stage.tell(company.ann, "POST", path, expect=201)
    stage.say(f"Invoice {invoice['number']}, due on {invoice['due_on']}:")
    stage.show_invoice(invoice)
    stage.refused(company.ann, "POST", path, status=409, code="already_invoiced")
    pdf = stage.ask(order.maya, "GET", f"/v1/invoices/{invoice['id']}/pdf", expect=200)
    require(pdf.content.startswith(b"%PDF"), "The invoice's PDF is not a PDF.")
    file = ROOT / "var" / f"invoice-{invoice['number']}-{order.booking['reference']}.pdf"
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(pdf.content)
    stage.say(f"On paper: {file.relative_to(ROOT)} ({len(pdf.content)} bytes)")
    stage.quote(stage.letter(order.maya_email, invoice["number"]))
    return invoice


def keep_out_others(stage: Stage, company: Company, order: Order, invoice: dict[str, Any], names: cast.Names) -> None:
    stage.chapter("11  Another company sees nothing of it, and neither does Dan")
    body = cast.registration(names.email("eve"), "Eve Holt", f"Tumbleweed Van Lines {names.tag}")
    told = stage.tell(Person("Eve"), "POST", "/v1/auth/register", expect=201, body=body)
    eve = Person("Eve").signed_in(told["access_token"])
    booking = f"/v1/bookings/{order.booking['id']}"
    for method, path in (
        ("GET", booking),
        ("POST", f"{booking}/confirm"),
        ("POST", f"{booking}/invoice"),
        ("GET", f"/v1/invoices/{invoice['id']}"),
        ("GET", f"/v1/invoices/{invoice['id']}/pdf"),
        ("GET", f"/v1/trucks/{company.truck_id}"),
    ):
        stage.ask(eve, method, path, expect=404)
    for path in (booking, f"/v1/invoices/{invoice['id']}"):
        stage.ask(order.dan, "GET", path, expect=404)
    for path in ("/v1/bookings", "/v1/invoices", "/v1/trucks"):
        require(stage.tell(eve, "GET", path, expect=200)["items"] == [], f"Eve's {path} shows what is not hers.")


if __name__ == "__main__":
    sys.exit(main())
