"""Guests by the million, more alike than even in Brazil: every third one is a Silva."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

_FIRST = (
    "Maria José Ana João Antônio Francisco Carlos Paulo Pedro Lucas Luiz Marcos Luís Gabriel "
    "Rafael Francisca Daniel Marcelo Bruno Eduardo Felipe Raimundo Rodrigo Antônia Mateus Adriana "
    "Juliana Márcia Fernanda Patrícia Aline Sandra Camila Amanda Bruna Jéssica Letícia Júlia "
    "Luciana Vanessa Mariana Beatriz Larissa Vitória Sebastiana Terezinha Wellington Bartolomeu"
).split()
_LAST = (
    "Silva Santos Oliveira Souza Rodrigues Ferreira Alves Pereira Lima Gomes Costa Ribeiro "
    "Martins Carvalho Almeida Lopes Soares Fernandes Vieira Barbosa Rocha Dias Nascimento "
    "Andrade Moreira Nunes Marques Machado Mendes Freitas Cardoso Ramos Gonçalves Santana "
    "Teixeira Araújo Macedo Magalhães Nogueira Xavier Quintanilha Albuquerque Vasconcelos "
    "D'Ávila Zwetsch"
).split()
_PLAIN = str.maketrans("áâãàéêíóôõúçÁÉÍÓÚ", "aaaaeeiooouc" + "AEIOU", "'")


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody with a name, an address and a number like a CPF."""

    name: str
    email: str
    document: str

    @property
    def terms(self) -> set[str]:
        """The words that find this guest, as the search keeps them."""
        return {*folded(self.name).split(), self.email, self.document} - {""}


def guests(count: int, seed: int) -> Iterator[Guest]:
    """Yield so many guests; the same seed gives the same ones."""
    luck = random.Random(seed)  # noqa: S311  (names, not secrets)
    first = luck.choices(_FIRST, _often(len(_FIRST)), k=count)
    middle = luck.choices(_LAST, _often(len(_LAST)), k=count)
    last = luck.choices(_LAST, _often(len(_LAST)), k=count)
    for index in range(count):
        name = f"{first[index]} {middle[index]} {last[index]}"
        number = luck.randrange(10**11)
        domain = "example.com" if number % 3 else "mail.example.org"
        email = f"{folded(first[index])}.{folded(last[index])}{number % 99_991}@{domain}"
        yield Guest(name, email, f"{number:011}")


def folded(name: str) -> str:
    """Return one of these names without accents, in lower case."""
    return name.translate(_PLAIN).lower()


def _often(count: int) -> list[float]:
    return [1 / (rank + 1.5) for rank in range(count)]
