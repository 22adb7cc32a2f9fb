using System.Net;
using System.Text.Json;

using CheckpointOperator.NodeAgent.Store;

using k8s.Models;

using Microsoft.Extensions.Options;

namespace CheckpointOperator.NodeAgent.Engines;

/// <summary>Takes a checkpoint by the checkpoint API of the node's own kubelet (KEP-2008) and takes its file into the store.</summary>
/// <param name="client">Talks to the kubelet.</param>
/// <param name="options">Where the kubelet is.</param>
/// <param name="store">Takes the archive.</param>
public sealed class KubeletEngine(KubeletClient client, IOptions<AgentOptions> options, ArchiveStore store) : ICheckpointEngine
{
    private const int MaximumQuote = 500;

    /// <inheritdoc />
    public async Task<CheckpointOutcome> TakeAsync(CheckpointRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        V1ObjectMeta pod = request.Pod.Metadata;
        string path = $"/checkpoint/{Uri.EscapeDataString(pod.NamespaceProperty)}/{Uri.EscapeDataString(pod.Name)}/{Uri.EscapeDataString(request.Container)}"
            + $"?timeout={Math.Max(1, (int)request.Timeout.TotalSeconds)}";
        KubeletResponse response = await SendAsync(path, request, cancellationToken);
        if (response.Status != HttpStatusCode.OK)
            throw new CheckpointFailedException(ReasonOf(response.Status), Explain(response, request));

        string archive = FindArchive(response.Body);
        await store.AdoptAsync(request.Uid, archive, cancellationToken);
        return new CheckpointOutcome(null, null, null);
    }

    private async Task<KubeletResponse> SendAsync(string path, CheckpointRequest request, CancellationToken cancellationToken)
    {
        try
        {
            // The kubelet holds to the timeout; the margin is for its answer.
            return await client.SendAsync(HttpMethod.Post, path, request.Timeout + TimeSpan.FromSeconds(10), cancellationToken);
        }
        catch (TimeoutException late)
        {
            throw new CheckpointFailedException(
                CheckpointFailedException.TimedOut, $"the kubelet took no checkpoint within {request.Timeout}: raise spec.timeout", late);
        }
        catch (HttpRequestException untrusted) when (untrusted.HttpRequestError == HttpRequestError.SecureConnectionError)
        {
            throw new CheckpointFailedException(
                CheckpointFailedException.EngineUnavailable,
                $"the kubelet at {client.Address} shows a certificate that the cluster's authority did not sign, or that is not for this address: name its authority in the agent's setting KubeletCertificateAuthority",
                untrusted);
        }
        catch (HttpRequestException unreachable)
        {
            throw new CheckpointFailedException(
                CheckpointFailedException.EngineUnavailable, $"the kubelet at {client.Address} cannot be asked: {unreachable.InnerException?.Message ?? unreachable.Message}", unreachable);
        }
    }

    private static string FindArchive(string body)
    {
        try
        {
            if (JsonSerializer.Deserialize(body, EnginesJson.Default.KubeletAnswer)?.Items is [{ } path, ..] && path.StartsWith('/'))
                return path;
        }
        catch (JsonException)
        {
            // Told below, in the kubelet's own words.
        }
        throw new CheckpointFailedException(CheckpointFailedException.CheckpointFailed, $"the kubelet names no archive in its answer: {Quote(body)}");
    }

    private static string ReasonOf(HttpStatusCode status) => status switch
    {
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotImplemented =>
            CheckpointFailedException.EngineUnavailable,
        HttpStatusCode.NotFound => CheckpointFailedException.EngineUnavailable,
        HttpStatusCode.GatewayTimeout or HttpStatusCode.RequestTimeout => CheckpointFailedException.TimedOut,
        _ => CheckpointFailedException.CheckpointFailed,
    };

    private string Explain(KubeletResponse response, CheckpointRequest request) => response.Status switch
    {
        HttpStatusCode.Unauthorized =>
            "the kubelet does not accept the agent's token (401): enable webhook authentication in the kubelet's configuration",
        HttpStatusCode.Forbidden =>
            "the kubelet refuses the agent (403): its ServiceAccount needs the verb create on nodes/checkpoint",
        HttpStatusCode.NotFound when response.Body.Contains("container", StringComparison.OrdinalIgnoreCase) =>
            $"the kubelet knows no running container {request.Container} of that Pod (404): {Quote(response.Body)}",
        HttpStatusCode.NotFound =>
            $"the kubelet of {options.Value.NodeName} has no checkpoint API (404): it came with Kubernetes 1.25 (feature gate ContainerCheckpoint) and is on from 1.30; use engine Runtime",
        HttpStatusCode.InternalServerError =>
            $"the container runtime refused the kubelet's checkpoint (500): {Quote(response.Body)}",
        _ => $"the kubelet answered {(int)response.Status}: {Quote(response.Body)}",
    };

    private static string Quote(string body) => body.Length <= MaximumQuote ? body.Trim() : body[..MaximumQuote].Trim();
}
