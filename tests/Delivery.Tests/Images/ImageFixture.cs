namespace CheckpointOperator.Delivery.Tests.Images;

/// <summary>The images of the programs that <c>make build</c> left, as <c>make images</c> builds them.</summary>
public sealed class ImageFixture : IAsyncLifetime
{
    private readonly Dictionary<string, Image> _images = [];

    /// <summary>The image of that name: operator or agent.</summary>
    public Image this[string name] => _images[name];

    /// <summary>Runs <c>eng/images</c>, with variables besides those of this process, and reads what it built.</summary>
    public static async Task<Image> BuildAsync(string name, IReadOnlyDictionary<string, string>? environment = null) =>
        Image.Read((await Repository.RunAsync(Path.Combine(RepositoryFolder.Path, "eng", "images"), [name], environment)).Trim());

    /// <inheritdoc />
    public async ValueTask InitializeAsync()
    {
        foreach (string name in new[] { "operator", "agent" })
            _images[name] = await BuildAsync(name);
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
