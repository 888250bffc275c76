using System.Text;
using Microsoft.Extensions.Time.Testing;
using Secronna.Cli.Errors;
using Secronna.Cli.Fallback;
using Secronna.Cli.Files;
using Secronna.Client;
using Secronna.UnitTests.Client;
using Xunit;

namespace Secronna.UnitTests.Cli.Fallback;

/// <summary>The copy of an environment's values that is used while the server is away.</summary>
public sealed class FallbackTests : IDisposable
{
    private const string Key = "st_live_0123456789abcdefghijklmnopqrstuvwxyz";
    private const string Environment = "web/production";
    private const string Server = "https://secrets.example";

    private static readonly string First = Revealed("7", "canary one");

    private readonly string folder = Directory.CreateTempSubdirectory("secronna-copy-").FullName;
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly List<string> notes = [];
    private readonly ScriptedServer server = new();

    private string FilePath => Path.Combine(folder, "copy");

    public void Dispose()
    {
        server.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task The_values_come_from_the_server_and_a_copy_is_kept_that_nobody_else_can_read()
    {
        server.Then(200, First);

        Assert.Equal("canary one", await RevealAsync());

        Assert.Empty(notes);
        Assert.Equal([FilePath], Directory.GetFiles(folder));
        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(FilePath) == PrivateFile.Mode);
        var text = Encoding.Latin1.GetString(File.ReadAllBytes(FilePath));
        Assert.All(["canary", "web", "secrets.example", Key], part => Assert.DoesNotContain(part, text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Values_that_are_still_current_are_not_decrypted_again()
    {
        server.Then(200, First).Then(304, "");
        await RevealAsync();
        time.Advance(TimeSpan.FromHours(5));

        Assert.Equal("canary one", await RevealAsync());

        Assert.Equal("\"7\"", server.Sent[1].IfNoneMatch);
        Assert.Empty(notes);
        Assert.Equal(time.GetUtcNow(), new FallbackFile(FilePath, Key).Read()!.ConfirmedAt);
    }

    [Fact]
    public async Task A_new_value_replaces_the_old_one_in_the_copy()
    {
        server.Then(200, First).Then(200, Revealed("8", "canary two")).ThenBreaks(HttpRequestError.ConnectionError);
        await RevealAsync();
        Assert.Equal("canary two", await RevealAsync());
        Assert.Equal("canary two", await RevealAsync());
    }

    [Theory]
    [InlineData(0, "")]
    [InlineData(503, "UNAVAILABLE")]
    [InlineData(502, null)]
    public async Task While_the_server_is_away_the_copy_is_used_with_a_warning(int status, string? code)
    {
        server.Then(200, First);
        await RevealAsync();
        time.Advance(TimeSpan.FromMinutes(35));
        _ = status == 0
            ? server.ThenBreaks(HttpRequestError.ConnectionError)
            : server.Then(status, code is null ? "<html>" : ScriptedServer.Error(code));

        Assert.Equal("canary one", await RevealAsync());

        var note = Assert.Single(notes);
        Assert.Contains("2026-01-01T00:00:00Z, 35 minutes old", note, StringComparison.Ordinal);
        Assert.Contains(FilePath, note, StringComparison.Ordinal);
        Assert.Contains("no record of this read", note, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", note, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401, "AUTH_REQUIRED")]
    [InlineData(403, "FORBIDDEN")]
    [InlineData(404, "NOT_FOUND")]
    [InlineData(429, "RATE_LIMITED")]
    [InlineData(500, "INTERNAL_ERROR")]
    [InlineData(500, "INTEGRITY_ERROR")]
    [InlineData(401, null)]
    [InlineData(403, null)]
    [InlineData(404, null)]
    [InlineData(302, null)]
    public async Task After_a_refusal_the_copy_is_not_used_whoever_refused(int status, string? code)
    {
        server.Then(200, First);
        await RevealAsync();
        server.Then(status, code is null ? "<html>" : ScriptedServer.Error(code));

        await Assert.ThrowsAsync<SecronnaException>(() => RevealAsync());

        Assert.Empty(notes);
        // The copy is removed only if a Secronna server itself refused the credential or the environment.
        Assert.Equal(code is not ("AUTH_REQUIRED" or "FORBIDDEN" or "NOT_FOUND"), File.Exists(FilePath));
    }

    [Theory]
    [InlineData(404, "NOT_FOUND", Key, false)]
    [InlineData(403, "FORBIDDEN", Key, false)]
    [InlineData(401, "AUTH_REQUIRED", Key, true)]
    [InlineData(401, "AUTH_REQUIRED", Key + "x", false)]
    public async Task A_refusal_of_other_keys_keeps_the_copy_unless_its_own_credential_is_refused(
        int status, string code, string key, bool isRemoved)
    {
        server.Then(200, First).Then(status, ScriptedServer.Error(code));
        await RevealAsync();

        await Assert.ThrowsAsync<SecronnaException>(() => RevealAsync(key, keys: ["TYPO"]));

        Assert.Equal(isRemoved, !File.Exists(FilePath));
    }

    [Fact]
    public async Task Another_credential_does_not_open_the_copy_and_replaces_it_once_the_server_answers()
    {
        server.Then(200, First).ThenBreaks(HttpRequestError.ConnectionError).Then(200, First);
        await RevealAsync();

        await Assert.ThrowsAsync<SecronnaException>(() => RevealAsync(key: Key + "x"));
        Assert.Contains("no usable copy", Assert.Single(notes), StringComparison.Ordinal);

        Assert.Equal("canary one", await RevealAsync(key: Key + "x"));
        Assert.Null(server.Sent[2].IfNoneMatch);
        Assert.NotNull(new FallbackFile(FilePath, Key + "x").Read());
    }

    [Fact]
    public async Task A_copy_of_some_keys_is_not_used_for_all_keys()
    {
        server.Then(200, First).ThenBreaks(HttpRequestError.ConnectionError);
        await RevealAsync(keys: ["A"]);
        await Assert.ThrowsAsync<SecronnaException>(() => RevealAsync());
        server.ThenBreaks(HttpRequestError.ConnectionError);
        Assert.Equal("canary one", await RevealAsync(keys: ["A"]));
    }

    [Theory]
    [InlineData("web/staging", Server)]
    [InlineData(Environment, "https://other.example")]
    public async Task A_copy_of_another_environment_is_neither_used_nor_overwritten(string environment, string origin)
    {
        new FallbackFile(FilePath, Key).Write(new FallbackCopy(origin, environment, null, "1", time.GetUtcNow(), []));
        var before = File.ReadAllBytes(FilePath);

        var refused = await Assert.ThrowsAsync<CliException>(() => RevealAsync());

        Assert.Contains(environment, refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(FilePath));
        Assert.Empty(server.Sent);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a file of someone's")]
    [InlineData("SCR")]
    public async Task A_file_that_is_not_a_copy_is_left_unchanged(string contents)
    {
        await File.WriteAllTextAsync(FilePath, contents, TestContext.Current.CancellationToken);
        var refused = await Assert.ThrowsAsync<CliException>(() => RevealAsync());
        Assert.Contains("name another file", refused.Message, StringComparison.Ordinal);
        Assert.Equal(contents, await File.ReadAllTextAsync(FilePath, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_box_with_any_bit_changed_does_not_open()
    {
        var box = FallbackBox.Seal(Key, "text"u8);
        Assert.Equal("text"u8.ToArray(), FallbackBox.Open(Key, box));
        for (var bit = 0; bit < box.Length * 8; bit++)
        {
            box[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Null(FallbackBox.Open(Key, box));
            box[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        Assert.All(Enumerable.Range(0, box.Length), length => Assert.Null(FallbackBox.Open(Key, box.AsSpan(0, length))));
        Assert.NotEqual(box, FallbackBox.Seal(Key, "text"u8));
    }

    [Fact]
    public async Task The_values_are_returned_even_if_the_copy_can_not_be_written()
    {
        server.Then(200, First);
        Assert.Equal("canary one", await RevealAsync(path: Path.Combine(folder, "missing", "copy")));
        Assert.Contains("could not be written", Assert.Single(notes), StringComparison.Ordinal);
    }

    private static string Revealed(string revision, string value) => ScriptedServer.Data(
        $$"""{"secrets":[{"id":"sec_1","key":"A","version":1,"value":"{{value}}"}],"unrecoverable":[],"revision":"{{revision}}"}""");

    private async Task<string> RevealAsync(string key = Key, IReadOnlyList<string>? keys = null, string? path = null)
    {
        using var client = server.Client(retries: 0);
        var reveal = new FallbackReveal(client, Server, new FallbackFile(path ?? FilePath, key), time);
        return Assert.Single(await reveal.RevealAsync(Environment, keys, notes.Add, TestContext.Current.CancellationToken)).Value;
    }
}
