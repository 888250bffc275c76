using Secronna.Cli.Output;
using Xunit;

namespace Secronna.UnitTests.Cli.Output;

/// <summary>Tables have the same columns with colours and without.</summary>
public sealed class TableTests
{
    [Fact]
    public void Colours_take_no_room_and_are_used_only_for_headings_and_results()
    {
        var table = new Table("KEY", "RESULT", "WHAT");
        table.Add("A", "only_here", "x");
        table.Add("LONGER", "different", "y");
        table.Add("success", "same", "z");
        Assert.Equal("KEY      RESULT     WHAT\nA        only_here  x\nLONGER   different  y\nsuccess  same       z\n", table.Text(new TerminalStyle(isOn: false)));
        Assert.Equal(
            "\e[1mKEY    \e[0m  \e[1mRESULT   \e[0m  \e[1mWHAT\e[0m\nA        \e[31monly_here\e[0m  x\nLONGER   \e[33mdifferent\e[0m  y\nsuccess  same       z\n",
            table.Text(new TerminalStyle(isOn: true)));
    }

    [Fact]
    public void Foreign_text_can_not_bring_its_own_colours()
    {
        var table = new Table("KEY");
        table.Add("\e[31mred\n\a");
        Assert.Equal("KEY\n?[31mred??\n", table.Text(new TerminalStyle(isOn: false)));
    }
}
