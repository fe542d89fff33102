# One image for every process; the command says which. Data (files) lies in /data.
FROM python:3.11-slim
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DATA_DIR=/data BIND=0.0.0.0
WORKDIR /srv/poruchi
COPY requirements.txt ./
RUN pip install --no-cache-dir --require-hashes -r requirements.txt
COPY . .
RUN pybabel --quiet compile -d service/translations && useradd --system --uid 10001 poruchi && mkdir /data && chown poruchi /data
USER poruchi
VOLUME /data
EXPOSE 8000 8025
CMD ["python", "-m", "gunicorn", "wsgi:app"]
