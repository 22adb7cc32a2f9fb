namespace CheckpointOperator.Node.Tests.Kubelet;

/// <summary>An answer of the kubelet, and what happens to it on its way.</summary>
internal sealed record KubeletReply(int Status, string Body)
{
    public string ContentType { get; init; } = "text/plain; charset=utf-8";

    /// <summary>A further header.</summary>
    public string? Header { get; init; }

    /// <summary>Nothing is sent before this ends.</summary>
    public Task? Before { get; init; }

    /// <summary>After so many bytes of the body the connection is cut; all of the body is announced.</summary>
    public int? CutAfter { get; init; }
}
