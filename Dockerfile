# syntax=docker/dockerfile:1
# One image for every part: the command says which. Build: docker build -t boxoffice .

FROM python:3.13-slim AS build
WORKDIR /src
RUN python -m venv /opt/boxoffice
# The libraries first: they change seldom. Every hash is checked.
COPY requirements.lock ./
RUN /opt/boxoffice/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY boxoffice boxoffice
COPY tasks tasks
COPY tui tui
RUN /opt/boxoffice/bin/pip install --no-cache-dir --no-deps .

FROM python:3.13-slim
# The number is fixed: a volume made by one image is read by the next.
RUN useradd --system --uid 10001 --no-create-home --home-dir /var/lib/boxoffice boxoffice \
    && install -d -o 10001 -g 10001 -m 0700 /var/lib/boxoffice
COPY --from=build /opt/boxoffice /opt/boxoffice
ENV PATH=/opt/boxoffice/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    BOXOFFICE_HOME=/var/lib/boxoffice
USER 10001:10001
WORKDIR /var/lib/boxoffice
VOLUME /var/lib/boxoffice
ENTRYPOINT ["boxoffice"]
CMD ["doctor"]
