using System.Net;
using k8s;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.Client;

/// <summary>The API server refused a request, or ended a watch with an error.</summary>
public sealed class ApiServerException : KubernetesException
{
    /// <summary>Makes one.</summary>
    /// <param name="request">What was asked, such as <c>PATCH Pod default/web</c>.</param>
    /// <param name="status">The server's answer.</param>
    /// <param name="retryAfter">How long the server asks to wait.</param>
    public ApiServerException(string request, V1Status status, TimeSpan? retryAfter = null)
        : base($"{request}: the API server answered {status?.Code} {status?.Reason}: {status?.Message}")
    {
        ArgumentNullException.ThrowIfNull(status);
        Answer = status;
        RetryAfter = retryAfter ?? (status.Details?.RetryAfterSeconds is > 0 and { } seconds ? TimeSpan.FromSeconds(seconds) : null);
    }

    /// <summary>The server's answer.</summary>
    public V1Status Answer { get; }

    /// <summary>How long the server asks to wait, if it does.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>The HTTP status.</summary>
    public HttpStatusCode StatusCode => (HttpStatusCode)(Answer.Code ?? 0);

    /// <summary>There is no such object, or no such kind.</summary>
    public bool IsNotFound => StatusCode == HttpStatusCode.NotFound;

    /// <summary>The object changed since it was read, or a precondition does not hold.</summary>
    public bool IsConflict => StatusCode == HttpStatusCode.Conflict && Answer.Reason != "AlreadyExists";

    /// <summary>There is an object of that name.</summary>
    public bool IsAlreadyExists => StatusCode == HttpStatusCode.Conflict && Answer.Reason == "AlreadyExists";

    /// <summary>The object's namespace is being deleted, and takes nothing new.</summary>
    public bool IsNamespaceTerminating =>
        StatusCode == HttpStatusCode.Forbidden && (Answer.Details?.Causes?.Any(cause => cause.Reason == "NamespaceTerminating") ?? false);

    /// <summary>The resourceVersion or continue token is too old, or newer than the server: a list has to start afresh.</summary>
    public bool IsExpired =>
        StatusCode == HttpStatusCode.Gone
        || Answer.Reason is "Expired" or "Gone"
        || (Answer.Details?.Causes?.Any(cause => cause.Reason == "ResourceVersionTooLarge") ?? false)
        || (StatusCode == HttpStatusCode.GatewayTimeout && (Answer.Message?.Contains("Too large resource version", StringComparison.Ordinal) ?? false));
}
