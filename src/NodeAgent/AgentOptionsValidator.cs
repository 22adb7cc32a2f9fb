using Microsoft.Extensions.Options;

namespace CheckpointOperator.NodeAgent;

/// <summary>Refuses to start with settings that cannot work; each message names the setting to change.</summary>
public sealed class AgentOptionsValidator : IValidateOptions<AgentOptions>
{
    /// <inheritdoc />
    public ValidateOptionsResult Validate(string? name, AgentOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var faults = new List<string>();
        if (string.IsNullOrEmpty(options.NodeName))
            faults.Add("NodeName is empty: set NODE_NAME to the Node object's name (in a Pod by the downward API, spec.nodeName)");
        foreach ((string setting, string path) in new[]
        {
            (nameof(options.Store), options.Store), (nameof(options.Work), options.Work), (nameof(options.Restores), options.Restores),
            (nameof(options.Socket), options.Socket), (nameof(options.KubeletRoot), options.KubeletRoot), (nameof(options.ContainerdState), options.ContainerdState),
            (nameof(options.KubeletCertificate), options.KubeletCertificate ?? "/none"), (nameof(options.CriORunRoot), options.CriORunRoot), (nameof(options.CriOConfigFolder), options.CriOConfigFolder),
        })
        {
            if (!path.StartsWith('/') || path.Length < 2 || path.Split('/').Contains(".."))
                faults.Add($"{setting} is '{path}': it must be an absolute path on the node, without '..'");
        }
        foreach ((string setting, long limit) in new[]
        {
            (nameof(options.ArchiveMaxEntries), options.ArchiveMaxEntries), (nameof(options.ArchiveMaxTotalBytes), options.ArchiveMaxTotalBytes),
            (nameof(options.ArchiveMaxEntryBytes), options.ArchiveMaxEntryBytes), (nameof(options.ArchiveMaxCompressionRatio), options.ArchiveMaxCompressionRatio),
            (nameof(options.ArchiveMaxDepth), options.ArchiveMaxDepth), (nameof(options.ArchiveMaxJsonBytes), options.ArchiveMaxJsonBytes),
            (nameof(options.ArchiveCompressionRatioFloor), options.ArchiveCompressionRatioFloor), (nameof(options.ArchiveMaxNameLength), options.ArchiveMaxNameLength),
            (nameof(options.ArchiveMaxExtendedHeaderBytes), options.ArchiveMaxExtendedHeaderBytes), (nameof(options.ArchiveMaxSparseRegions), options.ArchiveMaxSparseRegions),
            (nameof(options.ArchiveMaxDecompressorBytes), options.ArchiveMaxDecompressorBytes), (nameof(options.ArchiveMaxDeletedFilesBytes), options.ArchiveMaxDeletedFilesBytes),
        })
        {
            if (limit < 1)
                faults.Add($"{setting} is {limit}: it must be 1 or more");
        }
        if (options.ConcurrentCheckpoints < 1)
            faults.Add($"ConcurrentCheckpoints is {options.ConcurrentCheckpoints}: it must be 1 or more");
        if (options.RestoreAttempts < 1)
            faults.Add($"RestoreAttempts is {options.RestoreAttempts}: it must be 1 or more");
        if (options.MetricsPort is < 0 or > 65535)
            faults.Add($"MetricsPort is {options.MetricsPort}: it must lie between 0 and 65535");
        if (options.KubeletUrl is not null && !(Uri.TryCreate(options.KubeletUrl, UriKind.Absolute, out Uri? url) && url.Scheme == Uri.UriSchemeHttps))
            faults.Add($"KubeletUrl is '{options.KubeletUrl}': it must be an https URL such as https://10.0.0.5:10250");
        if (options.KubeletInsecureSkipVerify && (options.KubeletCertificateAuthority ?? options.KubeletCertificate) is not null)
            faults.Add("KubeletInsecureSkipVerify is set, so KubeletCertificateAuthority and KubeletCertificate would decide nothing: set the one or the other");
        if (options.KubeletCertificateAuthority is { } authority && !File.Exists(authority))
            faults.Add($"KubeletCertificateAuthority is '{authority}', which does not exist: mount the authority's PEM file into the Pod there");
        if (options.Heartbeat < TimeSpan.FromSeconds(10) || options.Heartbeat > TimeSpan.FromMinutes(5))
            faults.Add($"Heartbeat is {options.Heartbeat}: it must lie between 10 seconds and 5 minutes, after which the operator takes the agent for gone");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
