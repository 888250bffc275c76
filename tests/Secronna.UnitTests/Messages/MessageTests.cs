using Xunit;

namespace Secronna.UnitTests.Messages;

/// <summary>All messages that users see are listed in committed files, so that they can be read in one place.</summary>
public sealed class MessageTests
{
    [Theory]
    [InlineData("cli", "Secronna.Cli")]
    [InlineData("client", "Secronna.Client")]
    [InlineData("server", "Secronna.Server")]
    [InlineData("storage", "Secronna.Storage")]
    public void The_messages_of_a_project_are_listed(string snapshot, string project) =>
        Snapshot.Check(snapshot, MessageCollector.CollectFolder(Path.Combine(LayoutTests.Root(), "src", project)));

    [Theory]
    [InlineData("throw new UsageException(\"a path must begin with /\");", "a path must begin with /")]
    [InlineData("var text = $\"the value of {key} is {(isLong ? \"far too long\" : \"short\")}\";", "the value of {key} is {…}", "far too long")]
    [InlineData("Note(\"one line \" + count + \" and \" + (more ? \"more than that\" : \"\"));", "one line {count} and {…}", "more than that")]
    [InlineData("Note(\"\"\"\n  two\n  long lines\n  \"\"\");", "two\nlong lines")]
    [InlineData("var code = \"NOT_FOUND\"; var path = $\"{project} {name}\"; var sql = \"SELECT id FROM secrets\";")]
    [InlineData("[LoggerMessage(Message = \"The key {Id} was rotated\")] void A() { } [Reason(\"not a message\")] void B() { }", "The key {Id} was rotated")]
    [InlineData("/// not a message\nvoid A() { } // none here")]
    public void A_message_is_a_text_of_several_words(string source, params string[] messages) =>
        Assert.Equal(messages, MessageCollector.Collect(source));
}
