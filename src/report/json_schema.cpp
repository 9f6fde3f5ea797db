#include "report/render.h"

namespace lr::report {
namespace {

constexpr std::string_view kSchema = R"schema({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "title": "Launch Ready report",
  "description": "What `launchready audit` writes as report.json.",
  "type": "object",
  "required": ["schema_version", "verdict", "summary", "product", "target", "contract", "profile",
               "run_id", "started", "took_ms", "requests", "coverage", "controls", "findings",
               "inconclusive", "checks"],
  "additionalProperties": false,
  "properties": {
    "schema_version": { "const": "1" },
    "verdict": {
      "description": "ready: no high or critical finding, no inconclusive control.",
      "enum": ["ready", "not_ready", "incomplete"]
    },
    "summary": {
      "description": "The verdict in one plain sentence.",
      "type": "string",
      "minLength": 1
    },
    "product": { "type": "string" },
    "target": { "description": "Origin that was audited.", "type": "string" },
    "contract": {
      "description": "Null when the audit ran without a contract.",
      "type": ["object", "null"],
      "required": ["file", "digest"],
      "additionalProperties": false,
      "properties": {
        "file": { "type": "string", "minLength": 1 },
        "digest": { "description": "SHA-256 of the file in hexadecimal.", "type": "string" }
      }
    },
    "profile": { "type": "string" },
    "run_id": { "type": "string" },
    "started": {
      "description": "RFC 3339, UTC.",
      "type": "string",
      "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?Z$"
    },
    "took_ms": { "$ref": "#/$defs/count" },
    "requests": { "$ref": "#/$defs/count" },
    "coverage": {
      "description": "A cell is one promise tried in one way; proved means answered.",
      "type": "object",
      "required": ["planned", "proved"],
      "additionalProperties": false,
      "properties": {
        "planned": { "$ref": "#/$defs/count" },
        "proved": { "$ref": "#/$defs/count" }
      }
    },
    "controls": {
      "description": "All controls of the scorecard, always in the same order.",
      "type": "array",
      "minItems": 23,
      "maxItems": 23,
      "items": { "$ref": "#/$defs/control" }
    },
    "findings": {
      "description": "Worst first.",
      "type": "array",
      "items": { "$ref": "#/$defs/finding" }
    },
    "inconclusive": {
      "type": "array",
      "items": {
        "type": "object",
        "required": ["check", "reason", "location"],
        "additionalProperties": false,
        "properties": {
          "check": { "type": "string" },
          "reason": { "type": "string" },
          "location": { "$ref": "#/$defs/location" }
        }
      }
    },
    "checks": {
      "description": "Sorted by id.",
      "type": "array",
      "items": { "$ref": "#/$defs/check" }
    }
  },
  "$defs": {
    "count": { "type": "integer", "minimum": 0 },
    "status": { "enum": ["pass", "fail", "inconclusive", "not_applicable"] },
    "severity": { "enum": ["info", "low", "medium", "high", "critical"] },
    "control_id": {
      "enum": ["AUTHN", "AUTHZ", "OWNER", "TOOLS", "PROMPT", "SECRETS", "INPUT", "RATE", "CORS",
               "WEBHOOK", "LOGS", "SPEED", "ERRORS", "SURFACE", "HEADERS", "TLS", "DNS", "MAIL",
               "EDGE", "HEALTH", "ALERTS", "DEPLOY", "HANDOVER"]
    },
    "control": {
      "type": "object",
      "required": ["id", "title", "passes_when", "status", "reason", "cells_planned",
                   "cells_proved", "findings"],
      "additionalProperties": false,
      "properties": {
        "id": { "$ref": "#/$defs/control_id" },
        "title": { "type": "string" },
        "passes_when": { "type": "string" },
        "status": { "$ref": "#/$defs/status" },
        "reason": {
          "description": "Why inconclusive or not applicable, else empty.",
          "type": "string"
        },
        "cells_planned": { "$ref": "#/$defs/count" },
        "cells_proved": { "$ref": "#/$defs/count" },
        "findings": { "$ref": "#/$defs/count" }
      }
    },
    "check": {
      "type": "object",
      "required": ["id", "control", "title", "status", "reason", "cells_planned", "cells_proved",
                   "requests", "took_ms"],
      "additionalProperties": false,
      "properties": {
        "id": { "type": "string", "minLength": 1 },
        "control": { "$ref": "#/$defs/control_id" },
        "title": { "type": "string" },
        "status": { "$ref": "#/$defs/status" },
        "reason": { "type": "string" },
        "cells_planned": { "$ref": "#/$defs/count" },
        "cells_proved": { "$ref": "#/$defs/count" },
        "requests": { "$ref": "#/$defs/count" },
        "took_ms": { "$ref": "#/$defs/count" }
      }
    },
    "location": {
      "type": "object",
      "required": ["file", "line", "column", "method", "url", "route"],
      "additionalProperties": false,
      "properties": {
        "file": {
          "description": "Contract or source file, empty without a contract.",
          "type": "string"
        },
        "line": { "description": "From 1; 0 without a file.", "type": "integer", "minimum": 0 },
        "column": { "description": "From 1; 0 without a file.", "type": "integer", "minimum": 0 },
        "method": { "type": "string" },
        "url": { "description": "Without secrets.", "type": "string" },
        "route": {
          "description": "The contract's spelling, empty when unlisted.",
          "type": "string"
        }
      }
    },
    "finding": {
      "type": "object",
      "required": ["check", "control", "severity", "title", "why", "location", "evidence",
                   "reproduce", "fix", "guard", "fingerprint"],
      "additionalProperties": false,
      "properties": {
        "check": { "type": "string", "minLength": 1 },
        "control": { "$ref": "#/$defs/control_id" },
        "severity": { "$ref": "#/$defs/severity" },
        "title": { "type": "string", "minLength": 1 },
        "why": { "description": "What an attacker gains.", "type": "string" },
        "location": { "$ref": "#/$defs/location" },
        "evidence": {
          "type": "array",
          "items": {
            "type": "object",
            "required": ["what", "request", "response"],
            "additionalProperties": false,
            "properties": {
              "what": { "type": "string" },
              "request": { "description": "Secrets masked.", "type": "string" },
              "response": { "description": "Secrets masked, shortened.", "type": "string" }
            }
          }
        },
        "reproduce": {
          "description": "A curl line; secrets are shell variables.",
          "type": "string"
        },
        "fix": { "type": "string" },
        "guard": {
          "description": "Contract lines that close it; empty: only the application can.",
          "type": "string"
        },
        "fingerprint": { "description": "Stable over runs.", "type": "string" }
      }
    }
  }
}
)schema";

}  // namespace

std::string report_json_schema() { return std::string(kSchema); }

}  // namespace lr::report
