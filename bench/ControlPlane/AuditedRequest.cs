namespace CheckpointOperator.ControlPlane.Benchmark;

/// <summary>One request of the operator.</summary>
/// <param name="Time">When the server received it.</param>
/// <param name="Verb">Kubernetes' verb.</param>
/// <param name="Resource">The plural name.</param>
/// <param name="Subresource">Such as status.</param>
/// <param name="Name">The object's name, where the request has one.</param>
/// <param name="Code">The answer's HTTP status.</param>
internal sealed record AuditedRequest(DateTimeOffset Time, string Verb, string Resource, string? Subresource, string? Name, int Code)
{
    /// <summary>Whether it changed something.</summary>
    public bool IsWrite => Verb is "create" or "update" or "patch" or "delete" && Code < 300;

    /// <summary>Verb and resource, such as <c>patch pods/status</c>.</summary>
    public string Kind => Subresource is null ? $"{Verb} {Resource}" : $"{Verb} {Resource}/{Subresource}";
}
