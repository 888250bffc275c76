using System.Net;
using Microsoft.Extensions.Time.Testing;
using Secronna.Client;
using Secronna.Protocol;
using Xunit;

namespace Secronna.UnitTests.Client;

/// <summary>The errors of the client, and which failed requests it repeats.</summary>
public sealed class ClientErrorTests
{
    private const string Written = """{"id":"sec_1","key":"A","version":1}""";

    [Fact]
    public async Task A_refusal_has_its_code_status_message_and_request_id()
    {
        var server = new ScriptedServer().Then(404, ScriptedServer.Error("NOT_FOUND", "secret not found"));
        var error = await Assert.ThrowsAsync<SecronnaException>(() => server.Client().Secrets.RevealAsync("web/production/KEY"));
        Assert.Equal(("NOT_FOUND", 404, "req_9", "secret not found"), (error.Code, error.Status, error.RequestId, error.Message));
        Assert.Single(server.Sent);
    }

    [Theory]
    [InlineData(200, "<html>canary</html>")]
    [InlineData(200, "")]
    [InlineData(200, "[]")]
    [InlineData(200, """{"data":"canary"}""")]
    [InlineData(200, """{"data":null,"error":null,"meta":{}}""")]
    [InlineData(200, """{"data":{"key":"A","version":"canary","value":"canary"}}""")]
    [InlineData(502, "canary")]
    [InlineData(500, """{"error":"canary"}""")]
    public async Task An_answer_that_is_not_from_a_Secronna_server_is_an_error_that_quotes_none_of_it(int status, string body)
    {
        var server = new ScriptedServer().Then(status, body);
        var error = await Assert.ThrowsAsync<SecronnaException>(() => server.Client(retries: 0).Secrets.RevealAsync("sec_1"));
        Assert.Equal(("UNAVAILABLE", status), (error.Code, error.Status));
        Assert.DoesNotContain("canary", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(307)]
    public async Task A_redirect_is_not_followed(int status)
    {
        var server = new ScriptedServer().Then(status, "", ("Location", "https://elsewhere.example/"));
        var error = await Assert.ThrowsAsync<SecronnaException>(() => server.Client().GetMeAsync());
        Assert.Equal(("VALIDATION_ERROR", status), (error.Code, error.Status));
        Assert.Single(server.Sent);
    }

    [Fact]
    public async Task Reads_and_reveals_are_repeated_when_the_server_is_unreachable_or_breaks_off()
    {
        var server = new ScriptedServer().ThenBreaks(HttpRequestError.ConnectionError).ThenBreaks(HttpRequestError.ResponseEnded)
            .Then(503, ScriptedServer.Error("UNAVAILABLE")).Then(200, ScriptedServer.Data("""{"key":"A","version":1,"value":"v"}"""));
        Assert.Equal("v", (await server.Client().Secrets.RevealAsync("sec_1")).Value);
        Assert.Equal(4, server.Sent.Count);
    }

    [Fact]
    public async Task Writes_are_repeated_under_one_idempotency_key()
    {
        var server = new ScriptedServer().ThenBreaks(HttpRequestError.ResponseEnded).Then(503, ScriptedServer.Error("UNAVAILABLE"))
            .Then(201, ScriptedServer.Data(Written));
        await server.Client().Environments.WriteAsync("env_1", new WriteSecretRequest("A", "v", null, null));
        Assert.Equal(3, server.Sent.Count);
        Assert.NotNull(Assert.Single(server.Sent.Select(sent => sent.IdempotencyKey).Distinct()));
    }

    [Fact]
    public async Task A_request_that_a_repeat_could_do_twice_is_repeated_only_where_the_server_did_not_process_it()
    {
        var server = new ScriptedServer().ThenBreaks(HttpRequestError.ConnectionError)
            .Then(429, ScriptedServer.Error("RATE_LIMITED"), ("Retry-After", "0")).ThenBreaks(HttpRequestError.ResponseEnded);
        var error = await Assert.ThrowsAsync<SecronnaException>(() => server.Client().Projects.CreateAsync("Web"));
        Assert.True(error.IsUnavailable);
        Assert.Equal(3, server.Sent.Count);

        server.Then(503, ScriptedServer.Error("UNAVAILABLE"));
        await Assert.ThrowsAsync<SecronnaException>(() => server.Client().Secrets.DeleteAsync("sec_1"));
        Assert.Equal(4, server.Sent.Count);
    }

    [Theory]
    [InlineData(400, "VALIDATION_ERROR")]
    [InlineData(401, "AUTH_REQUIRED")]
    [InlineData(403, "FORBIDDEN")]
    [InlineData(409, "CONFLICT")]
    [InlineData(500, "INTEGRITY_ERROR")]
    [InlineData(500, "INTERNAL_ERROR")]
    public async Task A_request_that_would_be_refused_again_is_not_repeated(int status, string code)
    {
        var server = new ScriptedServer().Then(status, ScriptedServer.Error(code));
        Assert.Equal(code, (await Assert.ThrowsAsync<SecronnaException>(() => server.Client().GetMeAsync())).Code);
        Assert.Single(server.Sent);
    }

    [Fact]
    public async Task The_client_gives_up_after_the_configured_number_of_repeats()
    {
        var server = new ScriptedServer().Then(503, ScriptedServer.Error("UNAVAILABLE")).Then(503, ScriptedServer.Error("UNAVAILABLE"))
            .Then(503, ScriptedServer.Error("UNAVAILABLE", "the last"));
        var error = await Assert.ThrowsAsync<SecronnaException>(() => server.Client(retries: 2).GetMeAsync());
        Assert.Equal(("UNAVAILABLE", 503, "the last"), (error.Code, error.Status, error.Message));
        Assert.Equal(3, server.Sent.Count);
    }

    [Fact]
    public async Task The_client_waits_as_long_as_Retry_After_says_up_to_the_longest_delay()
    {
        var time = new FakeTimeProvider();
        var server = new ScriptedServer().Then(429, ScriptedServer.Error("RATE_LIMITED"), ("Retry-After", "20"))
            .Then(429, ScriptedServer.Error("RATE_LIMITED"), ("Retry-After", "31"));
        var request = server.Client(time).GetMeAsync();
        time.Advance(TimeSpan.FromSeconds(19));
        Assert.Single(server.Sent);
        time.Advance(TimeSpan.FromSeconds(1));
        var error = await Assert.ThrowsAsync<SecronnaException>(() => request);
        Assert.Equal((429, TimeSpan.FromSeconds(31)), (error.Status, error.RetryAfter));
        Assert.Equal(2, server.Sent.Count);
    }

    [Fact]
    public async Task An_attempt_without_an_answer_fails_after_the_attempt_timeout()
    {
        var time = new FakeTimeProvider();
        var server = new ScriptedServer().Then(async attempt =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, attempt);
            return new HttpResponseMessage(HttpStatusCode.OK);
        });
        var request = server.Client(time, retries: 0).GetMeAsync();
        time.Advance(TimeSpan.FromMinutes(1));
        var error = await Assert.ThrowsAsync<SecronnaException>(() => request);
        Assert.True(error.IsUnavailable);
        Assert.Contains("60 s", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelling_a_request_ends_it_without_a_repeat()
    {
        using var cancellation = new CancellationTokenSource();
        var server = new ScriptedServer().Then(async attempt =>
        {
            await cancellation.CancelAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, attempt);
            return new HttpResponseMessage(HttpStatusCode.OK);
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => server.Client().GetMeAsync(cancellation.Token));
        Assert.Single(server.Sent);
    }

    [Fact]
    public async Task Neither_errors_nor_the_text_of_the_options_show_the_token()
    {
        var server = new ScriptedServer().Then(401, ScriptedServer.Error("AUTH_REQUIRED")).ThenBreaks(HttpRequestError.SecureConnectionError);
        var client = server.Client(retries: 0);
        var refused = await Assert.ThrowsAsync<SecronnaException>(() => client.GetMeAsync());
        var broken = await Assert.ThrowsAsync<SecronnaException>(() => client.GetMeAsync());
        var options = new SecronnaClientOptions { Token = ScriptedServer.Token };
        Assert.DoesNotContain(ScriptedServer.Token, $"{refused}{broken}{options}", StringComparison.Ordinal);
    }
}
