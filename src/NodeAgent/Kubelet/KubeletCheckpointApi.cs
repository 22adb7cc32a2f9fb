using System.Globalization;
using System.Net;
using System.Security.Authentication;
using System.Text.Json;

using CheckpointOperator.NodeAgent.Engines;

using k8s.Models;

namespace CheckpointOperator.NodeAgent.Kubelet;

/// <summary>
/// The kubelet's checkpoint API (KEP-2008), <c>POST /checkpoint/NAMESPACE/POD/CONTAINER?timeout=SECONDS</c>. Its answers are those of
/// <c>checkpoint</c> and <c>InstallAuthFilter</c> in Kubernetes' pkg/kubelet/server/server.go, the same from 1.25 to 1.36.
/// </summary>
/// <param name="client">Talks to the kubelet.</param>
internal sealed class KubeletCheckpointApi(KubeletClient client)
{
    // '_' is in no name, so what this asks for cannot be there.
    private const string ProbePath = "/checkpoint/default/_/_";
    private static readonly TimeSpan ProbeLimit = TimeSpan.FromSeconds(10);

    // The kubelet holds to the timeout itself; this is for its answer to arrive.
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(10);

    private const string NoApi =
        "has no checkpoint API (404: page not found): it came with Kubernetes 1.25, behind the feature gate ContainerCheckpoint, and is on from 1.30; turn the gate on, or use engine Runtime";

    /// <summary>Asks for a checkpoint. A timeout below two minutes, the kubelet's own for its runtime, is held to here alone: the kubelet raises it.</summary>
    /// <param name="pod">The Pod.</param>
    /// <param name="container">The container's name.</param>
    /// <param name="timeout">How long it may take.</param>
    /// <param name="cancellationToken">Ends the call, and with it the kubelet's.</param>
    /// <returns>The path of the archive on the node, as the kubelet gave it.</returns>
    /// <exception cref="CheckpointFailedException">There is none.</exception>
    public async Task<string> CheckpointAsync(V1Pod pod, string container, TimeSpan timeout, CancellationToken cancellationToken)
    {
        string seconds = Math.Ceiling(Math.Max(1, timeout.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        string path = $"/checkpoint/{Uri.EscapeDataString(pod.Metadata.NamespaceProperty)}/{Uri.EscapeDataString(pod.Metadata.Name)}/{Uri.EscapeDataString(container)}?timeout={seconds}";
        KubeletResponse response;
        try
        {
            response = await client.PostAsync(path, timeout + AnswerTime, cancellationToken);
        }
        catch (TimeoutException late)
        {
            throw new CheckpointFailedException(CheckpointFailedException.TimedOut, $"{late.Message}, so no checkpoint of container {container} was taken: raise spec.timeout", late);
        }
        catch (HttpRequestException cut) when (cut.HttpRequestError is HttpRequestError.ResponseEnded or HttpRequestError.InvalidResponse)
        {
            // The kubelet took the request: what became of it is not known, so another engine must not begin beside it.
            throw new CheckpointFailedException(
                CheckpointFailedException.CheckpointFailed, $"the kubelet at {client.Address} took the request and did not answer it to the end ({Innermost(cut)}): look at the kubelet's log", cut);
        }
        catch (Exception unreachable) when (unreachable is HttpRequestException or AuthenticationException)
        {
            throw new CheckpointFailedException(CheckpointFailedException.EngineUnavailable, Unreachable(unreachable), unreachable);
        }
        return response.Status == HttpStatusCode.OK ? PathIn(response) : throw Refused(response, container);
    }

    /// <summary>Finds out whether the kubelet has the API, and whether the agent may use it.</summary>
    /// <param name="cancellationToken">Ends the asking.</param>
    public async Task<KubeletProbe> ProbeAsync(CancellationToken cancellationToken)
    {
        KubeletResponse response;
        try
        {
            response = await client.PostAsync(ProbePath, ProbeLimit, cancellationToken);
        }
        catch (Exception unreachable) when (unreachable is HttpRequestException or AuthenticationException or TimeoutException)
        {
            return new KubeletProbe(null, unreachable is TimeoutException ? unreachable.Message : Unreachable(unreachable));
        }
        return response switch
        {
            { IsUnknownPath: true } => new KubeletProbe(false, $"the kubelet at {client.Address} {NoApi}"),
            // It looked for the Pod, so it has the API and accepted the agent.
            { Status: HttpStatusCode.NotFound } => new KubeletProbe(true, $"the kubelet at {client.Address} has the checkpoint API, and the agent may use it"),
            _ => new KubeletProbe(null, Refused(response, "_").Message),
        };
    }

    private static string PathIn(KubeletResponse response)
    {
        IReadOnlyList<string>? items = null;
        try
        {
            items = JsonSerializer.Deserialize(response.Body, EnginesJson.Default.KubeletAnswer)?.Items;
        }
        catch (JsonException)
        {
            // Told below, in the kubelet's own words.
        }
        return items is [{ Length: > 0 } path]
            ? path
            : throw new CheckpointFailedException(
                CheckpointFailedException.CheckpointFailed, $"the kubelet answered 200, but names {items?.Count ?? 0} archives where one was expected: {response.Quote()}");
    }

    private CheckpointFailedException Refused(KubeletResponse response, string container)
    {
        (string reason, string message) = response switch
        {
            { Status: HttpStatusCode.Unauthorized } => (
                CheckpointFailedException.EngineUnavailable,
                "does not accept the agent's token (401): turn on webhook authentication in the kubelet's configuration (authentication.webhook.enabled)"),
            { Status: HttpStatusCode.Forbidden } => (
                CheckpointFailedException.EngineUnavailable,
                $"refuses the agent (403): give its ServiceAccount the verb create on nodes/checkpoint ({response.Quote()})"),
            { IsUnknownPath: true } => (CheckpointFailedException.EngineUnavailable, NoApi),
            { Status: HttpStatusCode.NotFound } when response.Body.Contains("timeout", StringComparison.Ordinal) => (
                CheckpointFailedException.CheckpointFailed, $"does not understand the timeout (404): {response.Quote()}"),
            { Status: HttpStatusCode.NotFound } => (
                CheckpointFailedException.ContainerNotRunning, $"knows no container {container} of that Pod (404): {response.Quote()}"),
            { Status: HttpStatusCode.InternalServerError } => OfRuntime(response),
            { Status: >= HttpStatusCode.Ambiguous and < HttpStatusCode.BadRequest } => (
                CheckpointFailedException.EngineUnavailable,
                $"sends the agent elsewhere ({(int)response.Status}), where its token does not go: set KubeletUrl to the kubelet itself"),
            { Status: HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotImplemented or HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable } => (
                CheckpointFailedException.EngineUnavailable, $"serves no checkpoints now ({(int)response.Status}): {response.Quote()}"),
            { Status: HttpStatusCode.GatewayTimeout or HttpStatusCode.RequestTimeout } => (
                CheckpointFailedException.TimedOut, $"gave up waiting ({(int)response.Status}): raise spec.timeout ({response.Quote()})"),
            _ => (CheckpointFailedException.CheckpointFailed, $"answered {(int)response.Status}: {response.Quote()}"),
        };
        return new CheckpointFailedException(reason, $"the kubelet at {client.Address} {message}");
    }

    // The kubelet passes on what its container engine said: a gRPC status, and below it the runtime's and CRIU's own words.
    private static (string Reason, string Message) OfRuntime(KubeletResponse response)
    {
        if (Says("Authorization error"))
            return (CheckpointFailedException.EngineUnavailable, $"could not ask the API server whether the agent may (500): {response.Quote()}");
        if (Says("Unimplemented") || Says("not implemented") || Says("unknown method"))
        {
            return (
                CheckpointFailedException.EngineUnavailable,
                $"has a container engine without checkpoints (500): containerd takes them from 2.0, CRI-O from 1.25 with enable_criu_support; use engine Runtime ({response.Quote()})");
        }
        if (Says("DeadlineExceeded") || Says("deadline exceeded"))
            return (CheckpointFailedException.TimedOut, $"ended the checkpoint at its timeout (500): raise spec.timeout ({response.Quote()})");
        if (Says("executable file not found") || Says("CRIU binary not found") || Says("checkpoint/restore support not available"))
            return (CheckpointFailedException.CriuMissing, $"has a container engine that cannot run CRIU (500): install CRIU on the node ({response.Quote()})");
        return (CheckpointFailedException.CheckpointFailed, $"could not take the checkpoint (500): {response.Quote()}");

        bool Says(string text) => response.Body.Contains(text, StringComparison.OrdinalIgnoreCase);
    }

    private string Unreachable(Exception failure) =>
        failure is AuthenticationException ? failure.Message : $"the kubelet at {client.Address} cannot be asked: {Innermost(failure)}";

    private static string Innermost(Exception failure) => failure.GetBaseException().Message;
}
