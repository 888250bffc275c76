using System.Security.Cryptography;
using Secronna.IntegrationTests.Engines;
using Secronna.Server.MasterKeys;
using Secronna.Server.MasterKeys.Local;
using Xunit;

namespace Secronna.IntegrationTests.MasterKeys.Local;

/// <summary>The format and the permissions of a master-key file.</summary>
[Trait(TestEngine.Trait, TestEngine.Any)]
public sealed class FileMasterKeyTests
{
    private static readonly string Key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    [Theory]
    [InlineData("a KEY\n", "a")]
    [InlineData("a KEY", "a")]
    [InlineData("b KEY\na KEY\n", "b,a")]
    [InlineData("# a comment\n\n  a KEY  \n\t\n#b KEY\n", "a")]
    [InlineData("a KEY\r\nb KEY\r\n\r\n", "a,b")]
    [InlineData("A.b_c-9 KEY\n", "A.b_c-9")]
    [InlineData("a   KEY\n", "a")]
    [InlineData("", "")]
    [InlineData("# nothing\n", "")]
    public async Task A_key_file_has_one_key_per_line_and_comments(string text, string ids)
    {
        using var folder = new TemporaryFolder();
        using var provider = new FileMasterKeyProvider(Write(folder, text.Replace("KEY", Key, StringComparison.Ordinal)));
        Assert.Equal(ids.Split(',', StringSplitOptions.RemoveEmptyEntries), await provider.ListAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("a KEY\na KEY\n", "line 2", "twice")]
    [InlineData("\na\n", "line 2", "expected an id")]
    [InlineData(" KEY\n", "line 1", "expected an id")]
    [InlineData("a b KEY\n", "line 1", "32 bytes in base64")]
    [InlineData("a ?EY\n", "line 1", "32 bytes in base64")]
    [InlineData("a \n", "line 1", "expected an id")]
    [InlineData("a AAAA\n", "line 1", "32 bytes in base64")]
    [InlineData("a KEYAAAA\n", "line 1", "32 bytes in base64")]
    [InlineData("a SHORT\n", "line 1", "32 bytes in base64")]
    [InlineData("a LONG\n", "line 1", "32 bytes in base64")]
    [InlineData("ä KEY\n", "line 1", "expected an id")]
    [InlineData("a/b KEY\n", "line 1", "expected an id")]
    [InlineData("TOOLONGID KEY\n", "line 1", "expected an id")]
    public void A_wrong_line_is_reported_by_its_number_without_its_content(string text, string line, string reason)
    {
        using var folder = new TemporaryFolder();
        text = text.Replace("KEY", Key, StringComparison.Ordinal)
            .Replace("SHORT", Convert.ToBase64String(new byte[31]), StringComparison.Ordinal)
            .Replace("LONG", Convert.ToBase64String(new byte[33]), StringComparison.Ordinal)
            .Replace("TOO", new string('x', 65), StringComparison.Ordinal);
        var path = Write(folder, text);
        var refusal = Assert.Throws<SettingsException>(() => new FileMasterKeyProvider(path));
        Assert.StartsWith("master key", refusal.Message, StringComparison.Ordinal);
        Assert.Contains($"{path}, {line}", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Key[..8], refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.OtherWrite)]
    [InlineData(UnixFileMode.OtherExecute)]
    public void A_key_file_that_others_can_use_is_refused(UnixFileMode mode)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using var folder = new TemporaryFolder();
        var path = Write(folder, $"a {Key}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | mode);
        var refusal = Assert.Throws<SettingsException>(() => new FileMasterKeyProvider(path));
        Assert.Contains("master key: others can read", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_file_that_is_too_large_is_refused()
    {
        using var folder = new TemporaryFolder();
        var path = Write(folder, new string('#', (1024 * 1024) + 1));
        Assert.Contains("is over", Assert.Throws<SettingsException>(() => new FileMasterKeyProvider(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Generated_keys_are_appended_to_a_file_that_only_its_owner_can_use()
    {
        using var folder = new TemporaryFolder();
        var path = folder["keys"];
        MasterKeyFile.Generate(path, "mk_1");
        File.AppendAllText(path, "# no end of line");
        MasterKeyFile.Generate(path, "mk_2");
        using var provider = new FileMasterKeyProvider(path);
        Assert.Equal(["mk_1", "mk_2"], await provider.ListAsync(TestContext.Current.CancellationToken));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }
    }

    private static string Write(TemporaryFolder folder, string text, string name = "keys")
    {
        var path = folder[name];
        File.WriteAllText(path, text);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return path;
    }
}
