"""What is said in the swollen-calf case, in English (spoken) and Spanish (captions and scripts)."""

from typing import Final

from case_bundles.media_tools.speech import Line, Voice


def _said(en: str, es: str) -> dict[str, str]:
    return {"en": en, "es": es}


NAMES: Final = {
    "nurse": _said("Nurse", "Enfermera"),
    "patient": _said("Mr Renner", "Sr. Renner"),
    "sonographer": _said("Sonographer", "Ecografista"),
}

VOICES: Final = {
    "nurse": Voice(flite="slt", stretch=1.06, place=-0.25),
    "patient": Voice(flite="rms", stretch=1.04, place=0.25),
}

PHONE_VOICES: Final = {
    "nurse": Voice(flite="slt", stretch=1.06),
    "sonographer": Voice(flite="awb", stretch=1.12, is_on_phone=True),
}

ARRIVAL_TITLE: Final = _said("Arrival in triage", "Llegada al triaje")
ARRIVAL_SETTING: Final = _said(
    "Evening, twenty to ten. A triage room with a monitor and a portable ultrasound machine. A man in his fifties lies "
    "on the couch with his back raised. His left calf is swollen and flushed; there is a light dressing on the left "
    "ankle. The monitor shows a heart rate of 88 and an oxygen saturation of 97 percent. A nurse stands beside him.",
    "Las diez menos veinte de la noche. Una sala de triaje con un monitor y un ecógrafo portátil. Un hombre de unos "
    "cincuenta años está en la camilla con el respaldo elevado. Tiene la pantorrilla izquierda hinchada y enrojecida, "
    "y un vendaje ligero en el tobillo izquierdo. El monitor marca una frecuencia cardíaca de 88 y una saturación de "
    "oxígeno del 97 %. A su lado, una enfermera.",
)
ARRIVAL: Final = (
    Line(
        speaker="nurse",
        sentences=(
            _said(
                "Doctor, this is Mr Tobias Renner, 58, a coach driver.",
                "Doctora, este es el señor Tobias Renner, de 58 años, conductor de autocar.",
            ),
            _said(
                "He has had a swollen left leg for four days.",
                "Lleva cuatro días con la pierna izquierda hinchada.",
            ),
        ),
        say={0: "Doctor, this is Mister Tobias Renner, fifty eight, a coach driver."},
    ),
    Line(
        speaker="patient",
        sentences=(
            _said("It began as a tight feeling in the calf.", "Empezó como una tirantez en la pantorrilla."),
            _said("Now it is swollen, and it hurts when I walk.", "Ahora está hinchada y me duele al andar."),
        ),
        say={},
    ),
    Line(
        speaker="nurse",
        sentences=(_said("Tell the doctor about your ankle.", "Cuéntele a la doctora lo del tobillo."),),
        say={},
    ),
    Line(
        speaker="patient",
        sentences=(
            _said(
                "I broke it last month, and I had a plaster cast for three weeks.",
                "Me lo rompí el mes pasado y llevé un yeso tres semanas.",
            ),
            _said("They took it off on Friday.", "Me lo quitaron el viernes."),
            _said(
                "On Saturday I flew home, nine hours in one seat.",
                "El sábado volví a casa en avión, nueve horas en el mismo asiento.",
            ),
        ),
        say={},
    ),
    Line(
        speaker="nurse",
        sentences=(
            _said(
                "Any chest pain, or trouble breathing?",
                "¿Algún dolor en el pecho o dificultad para respirar?",
            ),
        ),
        say={},
    ),
    Line(
        speaker="patient",
        sentences=(
            _said("No, only the leg.", "No, solo la pierna."),
            _said(
                "I took ibuprofen, and it hardly helped.",
                "Tomé ibuprofeno y apenas me ha servido.",
            ),
        ),
        say={},
    ),
    Line(
        speaker="nurse",
        sentences=(
            _said(
                "Heart rate 88, saturation 97 percent on room air.",
                "Frecuencia cardíaca de 88, saturación del 97 % con aire ambiente.",
            ),
            _said("He has never had a clot, or cancer.", "Nunca ha tenido trombos ni cáncer."),
        ),
        say={0: "Heart rate eighty eight, saturation ninety seven percent on room air."},
    ),
    Line(
        speaker="patient",
        sentences=(
            _said(
                "Can you see what it is? I have to drive on Monday.",
                "¿Puede ver qué es? El lunes tengo que conducir.",
            ),
        ),
        say={},
    ),
)

CALL_TITLE: Final = _said("Call to the sonographer on call", "Llamada al ecografista de guardia")
CALL_SETTING: Final = _said(
    "The nurse telephones the sonographer on call; it is ten to ten in the evening.",
    "La enfermera telefonea al ecografista de guardia; son las diez menos diez de la noche.",
)
CALL: Final = (
    Line(
        speaker="sonographer",
        sentences=(_said("Ultrasound on call, Callum speaking.", "Ecografía de guardia, habla Callum."),),
        say={},
    ),
    Line(
        speaker="nurse",
        sentences=(
            _said(
                "Hello Callum, this is Amara in the emergency department.",
                "Hola, Callum, soy Amara, de Urgencias.",
            ),
            _said(
                "We have a man with a swollen left leg, and a clot is likely.",
                "Tenemos a un hombre con la pierna izquierda hinchada y probable trombosis.",
            ),
            _said("How soon can you scan him?", "¿Cuándo podría hacerle la ecografía?"),
        ),
        say={},
    ),
    Line(
        speaker="sonographer",
        sentences=(
            _said(
                "I am at the other hospital tonight.",
                "Esta noche estoy en el otro hospital.",
            ),
            _said(
                "The first slot I have is half past eight tomorrow morning.",
                "El primer hueco que tengo es mañana a las ocho y media.",
            ),
        ),
        say={},
    ),
    Line(
        speaker="nurse",
        sentences=(
            _said("That is more than ten hours from now.", "Faltan más de diez horas."),
            _said(
                "His blood count and kidney function are normal.",
                "El hemograma y la función renal son normales.",
            ),
            _said("We know of no bleeding risk.", "No le conocemos riesgo hemorrágico."),
        ),
        say={},
    ),
    Line(
        speaker="sonographer",
        sentences=(
            _said(
                "Then put me down for half past eight, for the whole leg.",
                "Entonces apúntenme a las ocho y media, para la pierna completa.",
            ),
            _said(
                "Tell me what the doctor decides, and call me if he changes.",
                "Díganme qué decide la doctora, y llámenme si el paciente cambia.",
            ),
        ),
        say={},
    ),
)
