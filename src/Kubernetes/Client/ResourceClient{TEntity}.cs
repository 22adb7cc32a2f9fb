using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using CheckpointOperator.Kubernetes.Abstractions.Entities;
using CheckpointOperator.Kubernetes.Json;
using k8s;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.Client;

/// <summary>Reads and writes objects of one kind at the API server. Writes carry the resourceVersion that they were computed from.</summary>
/// <typeparam name="TEntity">The kind.</typeparam>
public sealed class ResourceClient<TEntity>
    where TEntity : class, IKubernetesObject<V1ObjectMeta>
{
    private const int PageSize = 500;
    private const int ConflictTries = 6;
    private static readonly TimeSpan ConflictPause = TimeSpan.FromMilliseconds(10);

    private readonly ApiServer _server;
    private readonly TimeProvider _time;
    private readonly EntityMetadata _kind = EntityMetadata.Of<TEntity>();

    /// <summary>Makes one.</summary>
    /// <param name="server">The API server.</param>
    /// <param name="time">The clock.</param>
    public ResourceClient(ApiServer server, TimeProvider time)
    {
        _server = server;
        _time = time;
    }

    /// <summary>The object with a key, or null where there is none.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public async Task<TEntity?> GetAsync(NamespacedName key, CancellationToken cancellationToken)
    {
        try
        {
            return Read(await _server.SendAsync(Request(HttpMethod.Get, key), cancellationToken).ConfigureAwait(false));
        }
        catch (ApiServerException error) when (error.IsNotFound)
        {
            return null;
        }
    }

    /// <summary>All objects in a scope, read page by page.</summary>
    /// <param name="scope">The scope.</param>
    /// <param name="cancellationToken">Ends the requests.</param>
    public Task<EntityList<TEntity>> ListAsync(ResourceScope scope, CancellationToken cancellationToken) => ListAsync(scope, null, cancellationToken);

    /// <summary>All objects in a scope, read page by page, with what is left out of each gone before the next one is read: not all of them are ever whole.</summary>
    internal async Task<EntityList<TEntity>> ListAsync(ResourceScope scope, Action<TEntity>? trim, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(scope);
        EntityList<TEntity> all = new() { ApiVersion = _kind.ApiVersion, Kind = _kind.Kind + "List" };
        using CancellationTokenSource abandon = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using MemoryStream first = new();
        using MemoryStream second = new();
        (MemoryStream answer, MemoryStream other) = (first, second);
        Task? coming = ReadPageAsync(scope, PageSize, null, answer, abandon.Token);
        try
        {
            while (coming is not null)
            {
                await coming.ConfigureAwait(false);
                all.Metadata = EntityListReader.ReadMetadata(Text(answer));
                // The server makes the next page while this one's objects are made here.
                coming = all.Metadata.ContinueProperty is { Length: > 0 } next ? ReadPageAsync(scope, PageSize, next, other, abandon.Token) : null;
                EntityListReader.ReadItems(Text(answer), all.Items, trim);
                (answer, other) = (other, answer);
            }
        }
        finally
        {
            await abandon.CancelAsync().ConfigureAwait(false);
            // Of a page that is not asked for any more nobody is told; until then its buffer is in use.
            await (coming ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        return all;
    }

    /// <summary>The newest version of a scope that the server has: where a watch starts that is to tell what happens from now on.</summary>
    internal async Task<string> GetVersionAsync(ResourceScope scope, CancellationToken cancellationToken)
    {
        using MemoryStream answer = new();
        await ReadPageAsync(scope, 1, null, answer, cancellationToken).ConfigureAwait(false);
        return EntityListReader.ReadMetadata(Text(answer)).ResourceVersion;
    }

    private Task ReadPageAsync(ResourceScope scope, int size, string? next, MemoryStream answer, CancellationToken cancellationToken)
    {
        // No resourceVersion: the answer is as new as etcd, so a restarted process does not act on a stale cache of the server.
        string path = Collection(scope.Namespace) + scope.Query(("limit", size.ToString(CultureInfo.InvariantCulture)), ("continue", next));
        return _server.SendAsync(new ApiRequest(HttpMethod.Get, path, Described(scope), Accept: scope.Accept("PartialObjectMetadataList")), answer, cancellationToken);
    }

    /// <summary>Opens a watch.</summary>
    /// <param name="scope">The scope.</param>
    /// <param name="resourceVersion">Where to start: a list's, or the last event's.</param>
    /// <param name="serverTimeout">When the server ends it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<WatchStream<TEntity>> WatchAsync(ResourceScope scope, string resourceVersion, TimeSpan serverTimeout, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(scope);
        string path = Collection(scope.Namespace) + scope.Query(
            ("watch", "true"),
            ("allowWatchBookmarks", "true"),
            ("resourceVersion", resourceVersion),
            ("timeoutSeconds", ((int)serverTimeout.TotalSeconds).ToString(CultureInfo.InvariantCulture)));
        string description = $"WATCH {Described(scope)}";
        HttpResponseMessage response = await _server.OpenAsync(
            new ApiRequest(HttpMethod.Get, path, Described(scope), Accept: scope.Accept("PartialObjectMetadata")), cancellationToken).ConfigureAwait(false);
        return new WatchStream<TEntity>(response, await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false), description);
    }

    /// <summary>Makes an object.</summary>
    /// <param name="entity">The object, with its namespace and name.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <exception cref="ApiServerException">Refused, also where there is one already (<see cref="ApiServerException.IsAlreadyExists"/>).</exception>
    public async Task<TEntity> CreateAsync(TEntity entity, CancellationToken cancellationToken)
    {
        NamespacedName key = NamespacedName.Of(entity);
        SetKind(entity);
        ApiRequest request = new(HttpMethod.Post, Collection(key.Namespace), $"{_kind.Kind} {key}", Write(entity));
        return Read(await _server.SendAsync(request, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Replaces an object. Its resourceVersion has to be the server's.</summary>
    /// <param name="entity">The object.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public async Task<TEntity> UpdateAsync(TEntity entity, CancellationToken cancellationToken)
    {
        SetKind(entity);
        return Read(await _server.SendAsync(Request(HttpMethod.Put, NamespacedName.Of(entity), body: Write(entity)), cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Deletes this very object: one of the same name with another UID stays.</summary>
    /// <param name="entity">The object.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>False where it was gone already.</returns>
    public Task<bool> DeleteAsync(TEntity entity, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entity);
        return DeleteAsync(NamespacedName.Of(entity), new V1DeleteOptions { Preconditions = new V1Preconditions { Uid = entity.Metadata.Uid } }, cancellationToken);
    }

    /// <summary>Deletes the object with a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="options">Preconditions, grace period and propagation; null for the server's defaults.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>False where there was none, or another than the preconditions' UID names.</returns>
    public async Task<bool> DeleteAsync(NamespacedName key, V1DeleteOptions? options, CancellationToken cancellationToken)
    {
        byte[]? body = options is null ? null : JsonSerializer.SerializeToUtf8Bytes(options, KubernetesSerializer.TypeInfo<V1DeleteOptions>());
        try
        {
            await _server.SendAsync(Request(HttpMethod.Delete, key, body: body), cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (ApiServerException error) when (error.IsNotFound || (error.IsConflict && options?.Preconditions is { Uid: not null, ResourceVersion: null }))
        {
            return false;
        }
    }

    /// <summary>Changes an object's status. Writes nothing where the change makes no difference; on a conflict reads the object again and changes that.</summary>
    /// <param name="entity">The object as it was read; not changed.</param>
    /// <param name="change">Changes the status of a copy. Called again after a conflict, with the newer object: it decides from what it is given.</param>
    /// <param name="cancellationToken">Ends the requests.</param>
    /// <returns>The object as the server has it now.</returns>
    public Task<TEntity> PatchStatusAsync(TEntity entity, Action<TEntity> change, CancellationToken cancellationToken) =>
        PatchAsync(entity, change, "status", static (property, _) => property == "status", cancellationToken);

    /// <summary>Changes an object's metadata or spec, as <see cref="PatchStatusAsync"/> does its status.</summary>
    /// <param name="entity">The object as it was read; not changed.</param>
    /// <param name="change">Changes a copy. Called again after a conflict, with the newer object.</param>
    /// <param name="cancellationToken">Ends the requests.</param>
    /// <returns>The object as the server has it now.</returns>
    public Task<TEntity> PatchAsync(TEntity entity, Action<TEntity> change, CancellationToken cancellationToken) =>
        PatchAsync(entity, change, null, static (property, _) => property != "status", cancellationToken);

    private async Task<TEntity> PatchAsync(
        TEntity entity, Action<TEntity> change, string? subresource, Func<string, JsonNode?, bool> written, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entity);
        ArgumentNullException.ThrowIfNull(change);
        NamespacedName key = NamespacedName.Of(entity);
        TEntity current = entity;
        for (int attempt = 1; ; attempt++)
        {
            TEntity changed = KubernetesSerializer.Clone(current);
            change(changed);
            JsonObject? patch = MergePatch.Between(KubernetesSerializer.ToObject(current), KubernetesSerializer.ToObject(changed));
            foreach (string property in patch?.Where(member => !written(member.Key, member.Value)).Select(member => member.Key).ToArray() ?? [])
                patch!.Remove(property);
            if (patch is null || patch.Count == 0)
                return current;

            JsonObject metadata = patch["metadata"] as JsonObject ?? [];
            metadata["resourceVersion"] = current.Metadata.ResourceVersion;
            metadata["uid"] = current.Metadata.Uid;
            patch["metadata"] = metadata;
            byte[] body = JsonSerializer.SerializeToUtf8Bytes(patch, KubernetesSerializer.TypeInfo<JsonObject>());
            try
            {
                ApiRequest request = Request(HttpMethod.Patch, key, subresource, body, "application/merge-patch+json");
                return Read(await _server.SendAsync(request, cancellationToken).ConfigureAwait(false));
            }
            catch (ApiServerException error) when (error.IsConflict && attempt < ConflictTries)
            {
                // Spread, so that two writers do not meet again and again.
                await Task.Delay(ConflictPause * (attempt + Random.Shared.NextDouble()), _time, cancellationToken).ConfigureAwait(false);
                TEntity? latest = await GetAsync(key, cancellationToken).ConfigureAwait(false);
                if (latest is null || latest.Metadata.Uid != entity.Metadata.Uid)
                    throw;
                current = latest;
            }
        }
    }

    private ApiRequest Request(HttpMethod method, NamespacedName key, string? subresource = null, byte[]? body = null, string contentType = "application/json")
    {
        string path = $"{Collection(key.Namespace)}/{Uri.EscapeDataString(key.Name)}{(subresource is null ? string.Empty : $"/{subresource}")}";
        return new ApiRequest(method, path, $"{_kind.Kind} {key}{(subresource is null ? string.Empty : $" ({subresource})")}", body, contentType);
    }

    private string Collection(string? @namespace) => @namespace is null
        ? $"{_kind.RootPath}/{_kind.PluralName}"
        : $"{_kind.RootPath}/namespaces/{Uri.EscapeDataString(@namespace)}/{_kind.PluralName}";

    private string Described(ResourceScope scope) => $"{_kind.PluralName} in {scope.Namespace ?? "all namespaces"}{scope.Query()}";

    private void SetKind(TEntity entity)
    {
        entity.ApiVersion = _kind.ApiVersion;
        entity.Kind = _kind.Kind;
    }

    private static ReadOnlySpan<byte> Text(MemoryStream answer) => answer.GetBuffer().AsSpan(0, (int)answer.Length);

    private static byte[] Write(TEntity entity) => JsonSerializer.SerializeToUtf8Bytes(entity, KubernetesSerializer.TypeInfo<TEntity>());

    private static TEntity Read(byte[] answer) => JsonSerializer.Deserialize(answer, KubernetesSerializer.TypeInfo<TEntity>())!;
}
