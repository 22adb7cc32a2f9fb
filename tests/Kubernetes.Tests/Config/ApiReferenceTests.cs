namespace CheckpointOperator.Kubernetes.Tests.Config;

/// <summary>docs/api.md says what the kinds are, and what their reasons mean. With CHECKPOINT_OPERATOR_WRITE=1, as `make api-docs` sets it, it is written.</summary>
public sealed class ApiReferenceTests
{
    [Fact]
    public async Task The_document_is_what_the_definitions_and_the_constants_say()
    {
        string path = RepositoryFolder.PathOf("docs/api.md");
        string expected = ApiReference.Write();
        if (Environment.GetEnvironmentVariable("CHECKPOINT_OPERATOR_WRITE") == "1")
            await File.WriteAllTextAsync(path, expected, TestContext.Current.CancellationToken);
        string actual = await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);
        Assert.True(actual == expected, $"docs/api.md is not current; run make api-docs. The first line that differs is to be: {Difference(actual, expected)}");
    }

    private static string Difference(string actual, string expected) =>
        expected.Split('\n').Zip(actual.Split('\n')).FirstOrDefault(lines => lines.First != lines.Second).First ?? "(one of them is longer)";
}
