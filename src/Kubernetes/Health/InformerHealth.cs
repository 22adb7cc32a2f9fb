using CheckpointOperator.Kubernetes.Abstractions.Builder;
using CheckpointOperator.Kubernetes.Informers;

namespace CheckpointOperator.Kubernetes.Health;

/// <summary>Ready once every cache is complete; not alive when a watch is silent for twice the longest time that the server keeps one open.</summary>
internal sealed class InformerHealth(InformersService informers, OperatorSettings settings) : IHealthCheck
{
    private readonly TimeSpan _tooSilent = settings.WatchTimeout * 4;

    public string Name => "informers";

    public string? WhyNotReady() => Tell(informers.Informers.Where(informer => !informer.HasSynced), "is not listed yet");

    public string? WhyNotLive() => Tell(informers.Informers.Where(informer => informer.Silence > _tooSilent), $"heard nothing for {_tooSilent.TotalMinutes:0.##} min");

    private static string? Tell(IEnumerable<IInformer> ill, string what)
    {
        string text = string.Join("; ", ill.Select(informer => $"{informer.Kind} {what}{(informer.LastError is { } error ? $" ({error})" : string.Empty)}"));
        return text.Length == 0 ? null : text;
    }
}
