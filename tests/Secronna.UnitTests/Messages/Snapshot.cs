using System.Text;
using Xunit;

namespace Secronna.UnitTests.Messages;

/// <summary>Compares text with a committed file, so that a change of the text is seen and read.</summary>
internal static class Snapshot
{
    private const string UpdateVariable = "SECRONNA_UPDATE_SNAPSHOTS";

    /// <summary>Compares a text with <c>Messages/NAME.txt</c>, or writes the file where <c>SECRONNA_UPDATE_SNAPSHOTS</c> is 1.</summary>
    public static void Check(string name, string actual)
    {
        var path = Path.Combine(LayoutTests.Root(), "tests", "Secronna.UnitTests", "Messages", name + ".txt");
        if (Environment.GetEnvironmentVariable(UpdateVariable) == "1")
        {
            File.WriteAllText(path, actual);
            return;
        }

        var expected = File.Exists(path) ? File.ReadAllText(path, Encoding.UTF8) : "";
        if (expected != actual)
        {
            Assert.Fail($"{path} no longer lists the messages. Run this test with {UpdateVariable}=1 to rewrite the file, and read what changed. {Difference(expected, actual)}");
        }
    }

    private static string Difference(string expected, string actual)
    {
        var (before, after) = (expected.Split('\n'), actual.Split('\n'));
        var line = before.Zip(after).TakeWhile(pair => pair.First == pair.Second).Count();
        return $"Line {line + 1} is \"{before.ElementAtOrDefault(line)}\" in the file and \"{after.ElementAtOrDefault(line)}\" now.";
    }
}
