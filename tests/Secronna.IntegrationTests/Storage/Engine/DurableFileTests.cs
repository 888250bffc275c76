using Secronna.Storage.Engine;
using Xunit;

namespace Secronna.IntegrationTests.Storage.Engine;

public sealed class DurableFileTests
{
    [Fact]
    public void A_file_and_its_folder_can_be_flushed()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["keys"], "a key");
        DurableFile.Flush(folder["keys"]);
        DurableFile.Flush(Path.GetDirectoryName(folder["keys"])!);
    }

    // /dev/null can't be flushed.
    [Theory]
    [InlineData("/dev/null")]
    [InlineData("/nowhere/at/all")]
    public void A_flush_that_fails_is_an_error_which_names_the_path(string path) =>
        Assert.Contains(path, Assert.Throws<StorageUnavailableException>(() => DurableFile.Flush(path)).Message, StringComparison.Ordinal);
}
