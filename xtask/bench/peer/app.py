"""A peer to measure ourselves against: the same promise in Python (FastAPI, SQLAlchemy 2, uvicorn).

One delivery, as durable as ours: its raw body is committed to the audit log before anything reads it. Then the form is
parsed, a license is signed (Ed25519) once for each order, its letter is written down, the audit row is concluded, all
of that is committed, and the answer carries the license key. Nothing is mailed.

DATABASE_URL chooses SQLite (write-ahead log, synchronous=FULL) or PostgreSQL; WEBHOOK_SECRET opens the door.
"""

import base64
import hmac
import json
import os
import secrets
import time
import uuid
from urllib.parse import parse_qsl

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    create_engine,
    event,
    select,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

DATABASE_URL = os.environ["DATABASE_URL"]
SECRET = os.environ["WEBHOOK_SECRET"].encode()
IS_SQLITE = DATABASE_URL.startswith("sqlite")
SIGNING_KEY = Ed25519PrivateKey.generate()

# SQLite numbers rows by itself in columns of this very type only.
Number = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    pass


class Delivery(Base):
    """What a store sent, byte for byte, and what became of it."""

    __tablename__ = "deliveries"

    id: Mapped[int] = mapped_column(Number, primary_key=True)
    received_at: Mapped[int] = mapped_column(BigInteger)
    headers: Mapped[str] = mapped_column(Text)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    order_id: Mapped[str | None] = mapped_column(String(64), index=True)
    processed: Mapped[bool] = mapped_column(default=False, index=True)
    error: Mapped[str | None] = mapped_column(Text)


class License(Base):
    """One license; one for each order."""

    __tablename__ = "licenses"
    __table_args__ = (UniqueConstraint("source", "source_order_id"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    source: Mapped[str] = mapped_column(String(32))
    source_order_id: Mapped[str] = mapped_column(String(64))
    email: Mapped[str] = mapped_column(String(320), index=True)
    tier: Mapped[str] = mapped_column(String(32))
    blob: Mapped[str] = mapped_column(Text)
    created_at: Mapped[int] = mapped_column(BigInteger)


class Letter(Base):
    """A letter that waits to be sent."""

    __tablename__ = "letters"

    id: Mapped[int] = mapped_column(Number, primary_key=True)
    license_id: Mapped[str] = mapped_column(ForeignKey("licenses.id"), index=True)
    recipient: Mapped[str] = mapped_column(String(320))
    state: Mapped[str] = mapped_column(String(16), default="queued")


# A thread of the pool (FastAPI has 40) waits for a connection rather than for SQLite's lock or PostgreSQL's processors.
engine = create_engine(DATABASE_URL, pool_size=int(os.environ.get("POOL_SIZE", "16")), max_overflow=0)
new_session = sessionmaker(engine, expire_on_commit=False)


if IS_SQLITE:

    @event.listens_for(engine, "connect")
    def make_durable(connection, _record):
        for setting in ("busy_timeout = 30000", "journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {setting}")


def without_padding(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def signed(license_id: str, email: str, now: int) -> str:
    payload = {"lid": license_id, "prd": "DT1", "tier": "CORE", "seq": 1, "iat": now, "sub": email}
    text = "DTLIC2:peer." + without_padding(json.dumps(payload, separators=(",", ":")).encode())
    return text + "." + without_padding(SIGNING_KEY.sign(text.encode()))


def key_of(session: Session, order_id: str, email: str, now: int) -> str:
    """The key of the order's license, which is made unless the order has one. The first writer wins."""
    license_id = str(uuid.uuid4())
    key = "DT1-CORE-" + secrets.token_hex(10).upper()
    new = License(
        id=license_id,
        key=key,
        source="gumroad",
        source_order_id=order_id,
        email=email,
        tier="core",
        blob=signed(license_id, email, now),
        created_at=now,
    )
    try:
        with session.begin_nested():
            session.add(new)
    except IntegrityError:
        same_order = (License.source == "gumroad", License.source_order_id == order_id)
        return session.scalars(select(License.key).where(*same_order)).one()
    session.add(Letter(license_id=license_id, recipient=email))
    return key


def fulfill(headers: str, body: bytes) -> dict:
    now = int(time.time() * 1000)
    with new_session() as session:
        delivery = Delivery(received_at=now, headers=headers, body=body)
        session.add(delivery)
        session.commit()
        form = dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
        order_id, email, product = form.get("sale_id"), form.get("email"), form.get("product_id")
        if not (order_id and email and product):
            delivery.error = "missing field"
            session.commit()
            return {"status": "logged-no-mint", "delivery_id": delivery.id}
        key = key_of(session, order_id, email, now)
        delivery.order_id, delivery.processed = order_id, True
        session.commit()
        return {"status": "ok", "license_key": key, "delivery_id": delivery.id}


app = FastAPI()


@app.post("/webhooks/gumroad")
async def receive(request: Request, secret: str = "") -> dict:
    if not hmac.compare_digest(secret.encode(), SECRET):
        raise HTTPException(404)
    headers = json.dumps(request.headers.items())
    return await run_in_threadpool(fulfill, headers, await request.body())


if __name__ == "__main__":
    # Before any worker starts: two of them would make the tables at once.
    Base.metadata.create_all(engine)
