"""A hand-made case: content in memory, items of every kind, a patient, and what stands on the stage."""

import io
from random import Random

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QImageWriter, QPainter

from pocus_desktop.case.items.registry import ITEM, Item
from pocus_desktop.case.media import Cine, Clip, Image
from pocus_desktop.case.patient import Patient
from pocus_desktop.media.cine import CineInfo, even_times, write_cine
from pocus_desktop.sitting.views import (
    CineState,
    ClipState,
    ImageState,
    PatientCard,
)

FRAMES = 12
WIDTH, HEIGHT = 480, 360


def speckle(seed: int, *, squeeze: float = 0.0) -> bytes:
    """A PNG that looks like ultrasound enough to judge a layout: speckle, an artery and a vein."""
    random = Random(seed)
    image = QImage(WIDTH, HEIGHT, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.black)
    painter = QPainter(image)
    for _ in range(16000):
        x, y = random.random() * WIDTH, random.random() * HEIGHT
        grey = int(random.expovariate(1 / 46))
        grey = min(230, int(grey * (1.25 - y / HEIGHT * 0.7)))
        painter.fillRect(QRectF(x, y, 3.4, 1.8), QColor(grey, grey, grey))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QColor(150, 150, 150))
    painter.setBrush(QColor(6, 6, 6))
    painter.drawEllipse(QPointF(180, 170), 34, 34)
    painter.drawEllipse(QPointF(268, 190), 46, max(6.0, 38 * (1 - squeeze)))
    painter.end()
    return png(image)


def png(image: QImage) -> bytes:
    held = QByteArray()
    buffer = QBuffer(held)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"PNG")).write(image)
    return bytes(held.data())


class GalleryContent:
    """Members in memory."""

    def __init__(self) -> None:
        frames = [speckle(index, squeeze=index / FRAMES) for index in range(FRAMES)]
        times, end = even_times(FRAMES, fps=12)
        info = CineInfo(width_px=WIDTH, height_px=HEIGHT, times_us=times, end_us=end, frame_type="image/png")
        self.members: dict[str, bytes] = {
            "media/cfv.cine": write_cine(info, frames),
            "media/still.png": frames[0],
            "media/arrival.mp4": b"\0\0\0\x18ftypisom" + bytes(200_000),
            "media/call.ogg": b"OggS" + bytes(50_000),
            "captions/arrival.en.vtt": CAPTIONS.encode(),
            "scripts/arrival.en.md": SCRIPT.encode(),
        }

    def read(self, name: str) -> bytes:
        return self.members[name]

    def open(self, name: str) -> io.BytesIO:
        return io.BytesIO(self.members[name])

    def size_bytes(self, name: str) -> int:
        return len(self.members[name])


CAPTIONS = """WEBVTT

00:00.000 --> 00:04.000
<v Dr Ruiz>Good morning, Ms Ortega. What brings you here today?

00:04.000 --> 00:09.000
<v Ms Ortega>My left calf is <i>swollen</i> since the flight, and it hurts when I walk.
"""

SCRIPT = """# Arrival

*The patient sits on the couch, the left trouser leg rolled up.*

**Dr Ruiz:** Good morning, Ms Ortega. What brings you here today?

**Ms Ortega:** My left calf is swollen since the flight, and it hurts when I walk.

- Long-haul flight four days ago
- Contraceptive pill
"""

ITEMS: dict[str, Item] = {
    item.id: item
    for item in (
        ITEM.validate_python(raw)
        for raw in (
            {
                "type": "choice",
                "id": "compressible",
                "prompt": {
                    "en": "Is the common femoral vein fully compressible in this view?",
                    "es": "¿Es la vena femoral común totalmente compresible en esta vista?",
                },
                "help": {"en": "Look at the whole loop.", "es": "Mire la secuencia completa."},
                "choices": [
                    {"id": "yes", "text": {"en": "Yes, the walls meet", "es": "Sí, las paredes se tocan"}},
                    {
                        "id": "no",
                        "text": {
                            "en": "No, the lumen stays open although the artery beside it already deforms",
                            "es": "No, la luz sigue abierta aunque la arteria contigua ya se deforma bajo la sonda",
                        },
                    },
                    {"id": "unclear", "text": {"en": "Cannot be determined", "es": "No se puede determinar"}},
                ],
            },
            {
                "type": "choice",
                "id": "risks",
                "prompt": {"en": "Which risk factors does she name?", "es": "¿Qué factores de riesgo menciona?"},
                "max_choices": 2,
                "choices": [
                    {"id": "flight", "text": {"en": "Long-haul flight", "es": "Vuelo largo"}},
                    {"id": "pill", "text": {"en": "Contraceptive pill", "es": "Píldora anticonceptiva"}},
                    {"id": "cancer", "text": {"en": "Active cancer", "es": "Cáncer activo"}},
                ],
            },
            {
                "type": "text-entry",
                "id": "diameter",
                "prompt": {"en": "How wide is the vein at rest?", "es": "¿Qué diámetro tiene la vena en reposo?"},
                "kind": "number",
                "units": ["mm", "cm"],
                "minimum": 1,
                "maximum": 40,
            },
            {
                "type": "text-entry",
                "id": "vein",
                "prompt": {"en": "Name the vein behind the knee.", "es": "Nombre la vena detrás de la rodilla."},
                "kind": "text",
            },
            {
                "type": "extended-text",
                "id": "plan",
                "prompt": {"en": "Tell the patient what comes next.", "es": "Explique a la paciente qué sigue."},
                "expected_lines": 5,
                "required": False,
            },
            {
                "type": "select-point",
                "id": "artery",
                "prompt": {"en": "Mark the centre of the artery.", "es": "Marque el centro de la arteria."},
                "picture": {"kind": "image", "file": "media/still.png", "alt": "Two vessels in cross-section."},
            },
            {
                "type": "select-point",
                "id": "walls",
                "prompt": {"en": "Mark the walls where they meet.", "es": "Marque las paredes donde se tocan."},
                "picture": {"kind": "cine", "frames": "media/cfv.cine", "alt": "A vein under compression."},
                "max_points": 3,
            },
            {
                "type": "hotspot",
                "id": "which-vein",
                "prompt": {"en": "Which region is the vein?", "es": "¿Qué región es la vena?"},
                "picture": {"kind": "cine", "frames": "media/cfv.cine", "alt": "A vein under compression."},
                "frame": 2,
                "regions": [
                    {
                        "id": "a",
                        "label": {"en": "Region A", "es": "Región A"},
                        "area": {"shape": "ellipse", "x": 180, "y": 170, "radius_x": 40, "radius_y": 40},
                    },
                    {
                        "id": "b",
                        "label": {"en": "Region B", "es": "Región B"},
                        "area": {"shape": "ellipse", "x": 268, "y": 190, "radius_x": 52, "radius_y": 42},
                    },
                    {
                        "id": "c",
                        "label": {"en": "Region C", "es": "Región C"},
                        "area": {"shape": "rect", "left": 40, "top": 250, "right": 140, "bottom": 330},
                    },
                ],
            },
        )
    )
}

PATIENT = Patient.model_validate(
    {
        "name": {"en": "Elena Ortega"},
        "age_years": 34,
        "sex": "female",
        "complaint": {
            "en": "Swollen, painful left calf for three days",
            "es": "Pantorrilla izquierda hinchada y dolorosa desde hace tres días",
        },
        "history": [
            {"en": "Flight of 11 hours four days ago", "es": "Vuelo de 11 horas hace cuatro días"},
            {"en": "No trauma", "es": "Sin traumatismo"},
        ],
        "medications": [{"en": "Combined contraceptive pill", "es": "Píldora anticonceptiva combinada"}],
        "allergies": [{"en": "None known", "es": "Ninguna conocida"}],
        "states": [
            {
                "id": "stable",
                "title": {"en": "Stable", "es": "Estable"},
                "vitals": {
                    "heart_rate_bpm": 92,
                    "systolic_mmhg": 128,
                    "diastolic_mmhg": 78,
                    "respiratory_rate_per_min": 16,
                    "spo2_percent": 98,
                    "temperature_c": 37.1,
                    "pain_of_10": 5,
                },
            },
            {
                "id": "worse",
                "title": {"en": "Short of breath", "es": "Con disnea"},
                "vitals": {
                    "heart_rate_bpm": 118,
                    "systolic_mmhg": 112,
                    "diastolic_mmhg": 70,
                    "respiratory_rate_per_min": 26,
                    "spo2_percent": 91,
                    "temperature_c": 37.4,
                    "pain_of_10": 6,
                },
                "note": {"en": "She says that breathing hurts.", "es": "Dice que le duele al respirar."},
            },
        ],
    }
)

CLIP = ClipState(
    key="arrival",
    clip=Clip.model_validate(
        {
            "video": "media/arrival.mp4",
            "title": {"en": "Arrival", "es": "Llegada"},
            "captions": {"en": "captions/arrival.en.vtt"},
            "script": {"en": "scripts/arrival.en.md"},
            "plays": 2,
            "duration": "9s",
            "width_px": 640,
            "height_px": 360,
        }
    ),
    plays_used=0,
    plays_left=2,
    position_ms=0,
    is_started=False,
    is_ended=False,
)
AUDIO = ClipState(
    key="call",
    clip=Clip.model_validate(
        {
            "audio": "media/call.ogg",
            "title": {"en": "Call from the ward", "es": "Llamada de la planta"},
            "duration": "30s",
        }
    ),
    plays_used=1,
    plays_left=None,
    position_ms=0,
    is_started=False,
    is_ended=True,
)
CINE = CineState(
    key="cfv",
    cine=Cine.model_validate(
        {
            "frames": "media/cfv.cine",
            "alt": {
                "en": "Cross-section of the groin: a vein and an artery under compression.",
                "es": "Corte transversal de la ingle: vena y arteria bajo compresión.",
            },
            "title": {"en": "Common femoral vein", "es": "Vena femoral común"},
        }
    ),
    frame=3,
)
IMAGE = ImageState(
    key="still",
    image=Image.model_validate(
        {
            "file": "media/still.png",
            "alt": {"en": "Two vessels in cross-section.", "es": "Dos vasos en corte transversal."},
            "title": {"en": "Still", "es": "Imagen fija"},
        }
    ),
)
CARD = PatientCard(key="patient", patient=PATIENT, state=PATIENT.states[1], previous=PATIENT.states[0])
