# syntax=docker/dockerfile:1
# One image for every part: the command says which. Build: docker build -t boxoffice .
#
# The base is named by its minor version and not by a digest: security updates of Debian and Python
# come with the next build (`--pull`), CI scans what came, and what is deployed is named by its digest.

FROM python:3.13-slim AS build
WORKDIR /src
# Without pip: it builds the image, and no one uses it later.
RUN python -m venv --without-pip /opt/boxoffice
# The libraries first: they change seldom. Every hash is checked.
COPY requirements.lock requirements-dev.lock ./
# Of the extras, those for exports: buckets and workbooks. Their pins stand in the other lock, and
# so do those of what builds our wheel.
ARG EXTRAS="boto3 botocore jmespath s3transfer urllib3 et-xmlfile openpyxl xlsxwriter"
ARG BUILDS="hatchling packaging pathspec pluggy tomlkit trove-classifiers"
RUN pinned() { for name in "$@"; do sed -n "/^$name==/,/[^\\\\]\$/p" requirements-dev.lock; done; } \
    && pinned $EXTRAS > extras.lock && pinned $BUILDS > builds.lock \
    && pip --python /opt/boxoffice install --no-cache-dir --require-hashes --only-binary :all: \
        -r requirements.lock -r extras.lock \
    && python -m venv --without-pip /opt/build \
    && pip --python /opt/build install --no-cache-dir --require-hashes --only-binary :all: -r builds.lock
COPY pyproject.toml README.md LICENSE ./
COPY boxoffice boxoffice
COPY tasks tasks
COPY tui tui
RUN /opt/build/bin/python -m hatchling build --target wheel --directory /dist \
    && pip --python /opt/boxoffice install --no-cache-dir --no-deps /dist/*.whl

FROM python:3.13-slim
LABEL org.opencontainers.image.title="Boxoffice" \
      org.opencontainers.image.description="A box office for people who live in the terminal" \
      org.opencontainers.image.licenses="MIT"
# The number is fixed: a volume made by one image is read by the next.
RUN useradd --uid 10001 --no-create-home --home-dir /var/lib/boxoffice boxoffice \
    && install -d -o 10001 -g 10001 -m 0700 /var/lib/boxoffice
COPY --from=build /opt/boxoffice /opt/boxoffice
ENV PATH=/opt/boxoffice/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    BOXOFFICE_HOME=/var/lib/boxoffice
USER 10001:10001
WORKDIR /var/lib/boxoffice
VOLUME /var/lib/boxoffice
# Asked by plain `docker run`; compose.yaml and deploy/ have their own for each part.
HEALTHCHECK --interval=60s --timeout=20s --start-period=30s CMD ["boxoffice", "doctor", "--only", "database"]
ENTRYPOINT ["boxoffice"]
CMD ["doctor"]
