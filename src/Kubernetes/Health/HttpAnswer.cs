namespace CheckpointOperator.Kubernetes.Health;

/// <summary>What <see cref="PlainHttpServer"/> answers.</summary>
/// <param name="Code">The status code, such as 200.</param>
/// <param name="Body">The body.</param>
/// <param name="ContentType">What it is.</param>
public sealed record HttpAnswer(int Code, ReadOnlyMemory<byte> Body, string ContentType = "text/plain; charset=utf-8");
