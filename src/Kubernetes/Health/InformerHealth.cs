using CheckpointOperator.Kubernetes.Informers;

namespace CheckpointOperator.Kubernetes.Health;

/// <summary>Ready once every cache is complete; not alive when a watch is silent for twice the longest time that the server keeps one open.</summary>
internal sealed class InformerHealth(InformersService informers) : IHealthCheck
{
    private static readonly TimeSpan TooSilent = TimeSpan.FromMinutes(20);

    public string Name => "informers";

    public string? WhyNotReady() => Tell(informers.Informers.Where(informer => !informer.HasSynced), "is not listed yet");

    public string? WhyNotLive() => Tell(informers.Informers.Where(informer => informer.Silence > TooSilent), $"heard nothing for {TooSilent.TotalMinutes} min");

    private static string? Tell(IEnumerable<IInformer> ill, string what)
    {
        string text = string.Join("; ", ill.Select(informer => $"{informer.Kind} {what}{(informer.LastError is { } error ? $" ({error})" : string.Empty)}"));
        return text.Length == 0 ? null : text;
    }
}
