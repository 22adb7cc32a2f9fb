namespace CheckpointOperator.ControlPlane.Benchmark;

/// <summary>What the operator wrote and read over all objects' lives.</summary>
/// <param name="requests">All of its requests.</param>
/// <param name="options">How many objects there were.</param>
internal sealed class WriteCounts(IReadOnlyList<AuditedRequest> requests, BenchOptions options)
{
    private const int MostWrites = 3;

    /// <summary>Notes the figures, and requires what does not hang on the machine.</summary>
    public void Note(Figures figures)
    {
        foreach ((string resource, int count) in new[] { ("containercheckpoints", options.Checkpoints), ("containerrestores", options.Restores) })
        {
            int[] writes = [.. requests.Where(request => request.IsWrite && request.Resource == resource).GroupBy(request => request.Name).Select(writes => writes.Count())];
            figures.Note($"writes of one of the {resource}, most", writes.DefaultIfEmpty().Max(), string.Empty);
            figures.Require(writes.Length == count, $"The operator wrote {writes.Length} of {count} {resource}.");
            figures.Require(writes.All(number => number <= MostWrites), $"The operator wrote some of the {resource} {writes.Max()} times; {MostWrites} are allowed.");
        }
        figures.Note("Events written for each object", (double)requests.Count(request => request.IsWrite && request.Resource == "events") / (options.Checkpoints + options.Restores), string.Empty);
        figures.Note("Pods made for each restore", (double)requests.Count(request => request.IsWrite && request.Kind == "create pods") / options.Restores, string.Empty);
        figures.Note("Nodes' labels written for each node", (double)requests.Count(request => request.IsWrite && request.Resource == "nodes") / options.Nodes, string.Empty);
        figures.Note("writes refused over conflicts", requests.Count(request => request.Code == 409), string.Empty);
        foreach (IGrouping<string, AuditedRequest> kind in requests.Where(request => request.Verb != "watch" && request.Resource != "leases").GroupBy(request => request.Kind).OrderByDescending(kind => kind.Count()))
            figures.Note($"requests, {kind.Key}", kind.Count(), string.Empty);
        string refused = string.Join(", ", requests.Where(request => request.Code is 400 or 401 or 403 or 422).GroupBy(request => $"{request.Kind} {request.Code}").Select(kind => $"{kind.Count()} × {kind.Key}"));
        figures.Require(refused.Length == 0, $"The server refused requests of the operator: {refused}.");
    }
}
