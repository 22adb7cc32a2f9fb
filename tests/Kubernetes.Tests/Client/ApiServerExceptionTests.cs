using CheckpointOperator.Kubernetes.Client;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.Tests.Client;

public sealed class ApiServerExceptionTests
{
    [Theory]
    [InlineData(410, "Expired", true)]
    [InlineData(410, "", true)]
    [InlineData(200, "Expired", true)]
    [InlineData(504, "Timeout", false)]
    [InlineData(409, "Conflict", false)]
    public void An_expiry_is_known_by_its_code_or_its_reason(int code, string reason, bool expired) =>
        Assert.Equal(expired, Make(code, reason).IsExpired);

    [Fact]
    public void A_version_newer_than_the_server_has_is_an_expiry_in_the_words_of_old_and_new_servers()
    {
        V1Status withCause = new() { Code = 504, Reason = "Timeout", Details = new V1StatusDetails { Causes = [new V1StatusCause { Reason = "ResourceVersionTooLarge" }] } };
        Assert.True(new ApiServerException("LIST", withCause).IsExpired);
        Assert.True(new ApiServerException("LIST", new V1Status { Code = 504, Message = "Timeout: Too large resource version: 9, current: 1" }).IsExpired);
    }

    [Fact]
    public void A_name_that_is_taken_is_no_conflict_of_versions()
    {
        ApiServerException taken = Make(409, "AlreadyExists");
        Assert.True(taken.IsAlreadyExists);
        Assert.False(taken.IsConflict);
        Assert.True(Make(409, "Conflict").IsConflict);
    }

    private static ApiServerException Make(int code, string reason) => new("GET Pod a/b", new V1Status { Code = code, Reason = reason });
}
