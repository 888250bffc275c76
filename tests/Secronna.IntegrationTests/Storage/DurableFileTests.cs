using Secronna.Storage.Engine;
using Xunit;

namespace Secronna.IntegrationTests.Storage;

public sealed class DurableFileTests
{
    [Fact]
    public void A_file_and_its_folder_are_flushed()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["keys"], "a key");
        DurableFile.Flush(folder["keys"]);
        DurableFile.Flush(Path.GetDirectoryName(folder["keys"])!);
    }

    // The system can't flush a device that keeps nothing.
    [Theory]
    [InlineData("/dev/null")]
    [InlineData("/nowhere/at/all")]
    public void What_the_disk_does_not_confirm_is_an_error(string path) =>
        Assert.Contains(path, Assert.Throws<StorageUnavailableException>(() => DurableFile.Flush(path)).Message, StringComparison.Ordinal);
}
