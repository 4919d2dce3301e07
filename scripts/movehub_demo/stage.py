"""The stage of the demo: sends requests as a person, shows what happened, and stops at whatever is not as told."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

import httpx
from rich.console import Console
from rich.markup import escape
from rich.table import Table

CENT: Final = Decimal("0.01")
LETTER_SECONDS: Final = 20.0
POLL_SECONDS: Final = 0.2
LONGEST_WAIT_SECONDS: Final = 60
NAME_WIDTH: Final = 6


class NotAsToldError(Exception):
    """The program did something else than the story says; the message is one sentence."""


@dataclass(frozen=True)
class Person:
    """Somebody in the story; `headers` say who is signed in."""

    name: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def signed_in(self, token: str) -> Person:
        return Person(self.name, {"Authorization": f"Bearer {token}"})


def require(condition: object, sentence: str) -> None:
    """Raises: NotAsToldError with the sentence, unless the condition holds."""
    if not condition:
        raise NotAsToldError(sentence)


def amount_of(money: Mapping[str, str]) -> Decimal:
    return Decimal(money["amount"])


class Stage:
    """One telling of the story against one running program."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.requests = 0
        self._client = httpx.Client(base_url=base_url, timeout=20)
        self._console = Console(highlight=False, soft_wrap=True)

    def close(self) -> None:
        self._client.close()

    def chapter(self, title: str) -> None:
        self._console.print(f"\n[bold]{escape(title)}[/bold]")

    def say(self, sentence: str) -> None:
        self._console.print(f"  {escape(sentence)}")

    def quote(self, text: str) -> None:
        for line in text.strip().splitlines():
            self._console.print(f"    | {escape(line)}", style="dim")

    def ask(
        self, who: Person, method: str, path: str, *, expect: int, body: Any = None, key: str | None = None
    ) -> httpx.Response:
        """Send one request and show it. Raises: NotAsToldError for any status but `expect`."""
        headers = dict(who.headers) | ({"Idempotency-Key": key} if key else {})
        answer = self._patiently(lambda: self._client.request(method, path, headers=headers, json=body))
        self.requests += 1
        is_told = answer.status_code == expect
        colour = "red" if not is_told else "green" if answer.is_success else "yellow"
        status = f"[{colour}]{answer.status_code}[/{colour}]"
        self._console.print(f"  {who.name:{NAME_WIDTH}} {method:4} {escape(path)} {status}")
        require(
            is_told, f"{who.name}: {method} {path} answered {answer.status_code}, not {expect}: {_sentence(answer)}"
        )
        return answer

    def tell(self, who: Person, method: str, path: str, **how: Any) -> Any:
        """As `ask`, and the JSON of the answer."""
        return self.ask(who, method, path, **how).json()

    def refused(self, who: Person, method: str, path: str, *, status: int, code: str, **how: Any) -> Any:
        """A request that must be refused with this code; the problem document."""
        problem = self.tell(who, method, path, expect=status, **how)
        require(problem["code"] == code, f"{method} {path} was refused with {problem['code']}, not {code}.")
        self.say(f"       {code}: {problem['title']}")
        return problem

    def letter(self, to: str, containing: str) -> str:
        """The text of the newest message to an address or number, as soon as one has the words."""
        deadline = time.monotonic() + LETTER_SECONDS
        while time.monotonic() < deadline:
            answer = self._patiently(
                lambda: self._client.get("/dev/mailbox", params={"to": to}, headers={"Accept": "application/json"})
            )
            require(
                answer.status_code == 200,
                f"/dev/mailbox answered {answer.status_code}: the demo needs a program in development.",
            )
            for message in answer.json()["items"]:
                text = f"{message['subject'] or ''}\n{message['text']}".strip()
                if containing in text:
                    return text
            time.sleep(POLL_SECONDS)
        raise NotAsToldError(
            f"No message with “{containing}” came to {to} in {LETTER_SECONDS:.0f} s: does the worker run?"
        )

    def show_price(self, price: Mapping[str, Any]) -> None:
        """Line by line, and reckoned again. Raises: NotAsToldError when it is not exact."""
        self._lines(price["lines"], [("total", price["total"])])
        for line in price["lines"]:
            if line["unit_price"] is not None:
                exact = Decimal(line["quantity"]) * Decimal(line["unit_price"])
                rounded = exact.quantize(CENT, ROUND_HALF_UP)
                require(rounded == amount_of(line["amount"]), f"“{line['description']}” is not {rounded}.")
        total = sum((amount_of(line["amount"]) for line in price["lines"]), Decimal(0))
        require(total == amount_of(price["total"]), f"The lines sum to {total}, the total says otherwise.")

    def show_invoice(self, invoice: Mapping[str, Any]) -> None:
        """As `show_price`, with the tax apart."""
        sums = [(name.replace("_", " "), invoice[name]) for name in ("subtotal", "tax", "total", "amount_due")]
        self._lines(invoice["lines"], sums)
        subtotal = sum((amount_of(line["amount"]) for line in invoice["lines"]), Decimal(0))
        require(subtotal == amount_of(invoice["subtotal"]), "The invoice's lines do not sum to its subtotal.")
        with_tax = subtotal + amount_of(invoice["tax"])
        require(with_tax == amount_of(invoice["total"]), "The invoice's total is not its subtotal and tax.")

    def _lines(self, lines: Sequence[Mapping[str, Any]], sums: Sequence[tuple[str, Mapping[str, str]]]) -> None:
        table = Table(box=None, show_header=False, padding=(0, 2, 0, 2))
        table.add_column(no_wrap=True)
        for _ in range(3):
            table.add_column(justify="right", no_wrap=True)
        for line in lines:
            quantity = f"{line['quantity']} {line['unit']}" if line["quantity"] is not None else ""
            unit_price = f"x {line['unit_price']}" if line["unit_price"] is not None else ""
            table.add_row(escape(line["description"]), quantity, unit_price, line["amount"]["amount"])
        for name, money in sums:
            table.add_row(f"[bold]{name}[/bold]", "", money["currency"], f"[bold]{money['amount']}[/bold]")
        self._console.print(table)

    def _patiently(self, send: Callable[[], httpx.Response]) -> httpx.Response:
        """Send; when the program says to come back later, wait as long as it says, once."""
        try:
            answer = send()
            wait = int(answer.headers.get("Retry-After", "0")) if answer.status_code == 429 else 0
            if 0 < wait <= LONGEST_WAIT_SECONDS:
                self.say(f"(asked to wait {wait} s: rate limits hold for the demo too)")
                time.sleep(wait)
                answer = send()
        except httpx.TransportError as error:
            raise NotAsToldError(
                f"Nothing answers at {self.base_url} ({type(error).__name__}): start the program with `make run`, "
                "or name another: make demo BASE_URL=http://127.0.0.1:8000"
            ) from None
        return answer


def _sentence(answer: httpx.Response) -> str:
    """What a problem document says, with its faults; the beginning of anything else."""
    try:
        problem = answer.json()
        faults = "; ".join(f"{fault['pointer']} {fault['message']}" for fault in problem.get("errors", []))
        return f"{problem['code']}: {problem.get('detail') or problem['title']} {faults}".strip()
    except (ValueError, KeyError, TypeError, AttributeError):
        return answer.text[:200] or "an empty body"
