using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace CheckpointOperator.ControlPlane.Tests.Proxied;

/// <summary>What a <see cref="FaultProxy"/> can do instead of handing a request on, in the API server's own words.</summary>
public static class ProxyFaults
{
    /// <summary>Whether a request is a watch.</summary>
    public static bool IsWatch(this HttpContext context) => context.Request.Query.ContainsKey("watch");

    /// <summary>Whether a request is about the leader's lease.</summary>
    public static bool IsLease(this HttpContext context) => context.Request.Path.Value!.Contains("/leases", StringComparison.Ordinal);

    /// <summary>Answers with a failure.</summary>
    public static Task RefuseAsync(this HttpContext context, int code, string reason, TimeSpan? retryAfter = null)
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = "application/json";
        if (retryAfter is { } later)
            context.Response.Headers.RetryAfter = later.TotalSeconds.ToString(CultureInfo.InvariantCulture);
        return context.Response.WriteAsync(Failure(code, reason), context.RequestAborted);
    }

    /// <summary>Answers a watch with an ERROR event, as the server does once the watch is open.</summary>
    public static Task SendErrorEventAsync(this HttpContext context, int code, string reason)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync($$"""{"type":"ERROR","object":{{Failure(code, reason)}}}""" + "\n", context.RequestAborted);
    }

    /// <summary>Opens a watch and is silent from then on: the connection lives, and nothing comes.</summary>
    public static async Task StallAsync(this HttpContext context)
    {
        context.Response.ContentType = "application/json";
        await context.Response.StartAsync(context.RequestAborted);
        await Task.Delay(Timeout.Infinite, context.RequestAborted);
    }

    private static string Failure(int code, string reason) =>
        $$"""{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"injected","reason":"{{reason}}","code":{{code}}}""";
}
