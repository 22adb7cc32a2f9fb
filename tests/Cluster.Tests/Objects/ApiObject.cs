using System.Text.Json.Nodes;

namespace CheckpointOperator.Cluster.Tests.Objects;

/// <summary>What the tests read from an object of the API.</summary>
public static class ApiObject
{
    extension(JsonObject value)
    {
        /// <summary>The phase in its status.</summary>
        public string? Phase => (string?)value["status"]?["phase"];

        /// <summary>The condition of a type.</summary>
        public JsonNode? Condition(string type) =>
            value["status"]?["conditions"]?.AsArray().FirstOrDefault(condition => (string?)condition!["type"] == type);

        /// <summary>Whether a condition has a status and, where one is given, a reason.</summary>
        public bool Says(string type, string status, string? reason = null) =>
            value.Condition(type) is { } condition
            && (string?)condition["status"] == status
            && (reason is null || (string?)condition["reason"] == reason);

        /// <summary>The message of a condition.</summary>
        public string Message(string type) => (string?)value.Condition(type)?["message"] ?? string.Empty;

        /// <summary>The reason of a condition.</summary>
        public string Reason(string type) => (string?)value.Condition(type)?["reason"] ?? string.Empty;

        /// <summary>A text in its status, by its path of names.</summary>
        public string? Status(params string[] names) =>
            names.Aggregate(value["status"], (node, name) => node?[name])?.ToString();

        /// <summary>The first container's status, if the kubelet has written it.</summary>
        public JsonNode? FirstContainer => value["status"]?["containerStatuses"]?.AsArray().FirstOrDefault();
    }
}
