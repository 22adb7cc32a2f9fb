using System.Text.Json;
using k8s;

namespace CheckpointOperator.Plugin.Api;

/// <summary>The cluster, read and written as JSON: what is printed is what the server said, with fields that this version does not know.</summary>
internal sealed class Cluster : IDisposable
{
    private const string TableType = "application/json;as=Table;v=v1;g=meta.k8s.io";

    private readonly KubernetesClientConfiguration _configuration;

    /// <summary>Makes one.</summary>
    /// <param name="configuration">The way to its API server.</param>
    /// <param name="namespace">The namespace that is named; null for the context's.</param>
    public Cluster(KubernetesClientConfiguration configuration, string? @namespace)
    {
        _configuration = configuration;
        Connection = new ApiConnection(configuration);
        Server = new ApiServer(Connection, TimeProvider.System);
        Namespace = @namespace ?? (string.IsNullOrEmpty(_configuration.Namespace) ? "default" : _configuration.Namespace);
    }

    /// <summary>The namespace that commands work in.</summary>
    public string Namespace { get; }

    /// <summary>The way to the API server.</summary>
    public ApiConnection Connection { get; }

    /// <summary>The API server.</summary>
    public ApiServer Server { get; }

    /// <summary>Reads what a query names: one object, or all pages of a list.</summary>
    /// <exception cref="ApiServerException">Refused, also where a named object is not there.</exception>
    public async Task<IReadOnlyList<ApiObject>> ReadAsync(Query query, CancellationToken cancellationToken)
    {
        if (query.Name is not null)
            return [new ApiObject(query.Kind, await SendAsync(Get(query.Path(), query.Described), cancellationToken))];
        List<ApiObject> all = [];
        string? next = null;
        do
        {
            JsonObject page = await SendAsync(Get(query.Path(next), query.Described), cancellationToken);
            foreach (JsonNode? item in page["items"]!.AsArray())
                all.Add(new ApiObject(query.Kind, item!.DeepClone().AsObject()));
            next = (string?)page["metadata"]?["continue"];
        }
        while (!string.IsNullOrEmpty(next));
        return all;
    }

    /// <summary>Reads the same as the table that kubectl get prints: the columns are the CustomResourceDefinition's.</summary>
    public async Task<JsonObject> ReadTableAsync(Query query, CancellationToken cancellationToken)
    {
        JsonObject table = await SendAsync(Get(query.Path(), query.Described, TableType), cancellationToken);
        for (string? next = Next(table); !string.IsNullOrEmpty(next);)
        {
            JsonObject page = await SendAsync(Get(query.Path(next), query.Described, TableType), cancellationToken);
            foreach (JsonNode? row in page["rows"]?.AsArray() ?? [])
                table["rows"]!.AsArray().Add(row!.DeepClone());
            next = Next(page);
        }

        return table;

        static string? Next(JsonObject page) => (string?)page["metadata"]?["continue"];
    }

    /// <summary>Reads any other object or list of the API; a list's first 500.</summary>
    /// <param name="path">Path and query, without a leading slash.</param>
    /// <param name="target">What it is about, for messages.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public Task<JsonObject> GetAsync(string path, string target, CancellationToken cancellationToken) => SendAsync(Get(path, target), cancellationToken);

    /// <summary>Reads the metadata of a list's first objects.</summary>
    public Task<JsonObject> GetMetadataAsync(string path, CancellationToken cancellationToken) =>
        SendAsync(Get(path, path, "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"), cancellationToken);

    /// <summary>Makes an object.</summary>
    /// <param name="path">The path of its kind.</param>
    /// <param name="value">The object.</param>
    /// <param name="dryRun">Whether the server is to check it only.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public Task<JsonObject> CreateAsync(string path, JsonObject value, bool dryRun, CancellationToken cancellationToken) => SendAsync(
        new ApiRequest(HttpMethod.Post, $"{path}?fieldManager=kubectl-checkpoint{(dryRun ? "&dryRun=All" : string.Empty)}", $"a {value["kind"]}", Json(value)),
        cancellationToken);

    /// <summary>Deletes an object.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="target">What it is, for messages.</param>
    /// <param name="options">DeleteOptions.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public Task<JsonObject> DeleteAsync(string path, string target, JsonObject options, CancellationToken cancellationToken) =>
        SendAsync(new ApiRequest(HttpMethod.Delete, path, target, Json(options)), cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => Connection.Dispose();

    private static ApiRequest Get(string path, string target, string accept = ApiRequest.Json) => new(HttpMethod.Get, path, target, Accept: accept);

    private static byte[] Json(JsonObject value) => JsonSerializer.SerializeToUtf8Bytes(value, KubernetesSerializer.TypeInfo<JsonObject>());

    private async Task<JsonObject> SendAsync(ApiRequest request, CancellationToken cancellationToken) =>
        JsonNode.Parse(await Server.SendAsync(request, cancellationToken))!.AsObject();
}
