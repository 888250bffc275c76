using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Secronna.UnitTests.Messages;

/// <summary>
/// Finds the strings of a C# source. Strings that are joined by <c>+</c> are one text. An expression between the strings is shown
/// in braces. An expression that is long or contains strings is shown as <c>{…}</c>, and its strings are texts of their own.
/// </summary>
internal sealed partial class StringWalker : CSharpSyntaxWalker
{
    private const int LongestExpression = 40;

    public List<string> Texts { get; } = [];

    public override void VisitAttribute(AttributeSyntax node)
    {
        if (node.Name.ToString() == "LoggerMessage")
        {
            base.VisitAttribute(node);
        }
    }

    public override void VisitBinaryExpression(BinaryExpressionSyntax node)
    {
        var terms = Terms(node).ToList();
        if (terms.Exists(IsString))
        {
            Add(terms);
        }
        else
        {
            base.VisitBinaryExpression(node);
        }
    }

    public override void VisitLiteralExpression(LiteralExpressionSyntax node)
    {
        if (IsString(node))
        {
            Add([node]);
        }
    }

    public override void VisitInterpolatedStringExpression(InterpolatedStringExpressionSyntax node) => Add([node]);

    private void Add(List<ExpressionSyntax> terms)
    {
        Texts.Add(string.Concat(terms.Select(Text)));
        foreach (var term in terms.Where(term => term is not LiteralExpressionSyntax))
        {
            // Finds the strings inside the term.
            base.DefaultVisit(term);
        }
    }

    private static IEnumerable<ExpressionSyntax> Terms(ExpressionSyntax node) =>
        node is BinaryExpressionSyntax sum && sum.IsKind(SyntaxKind.AddExpression) ? Terms(sum.Left).Append(sum.Right) : [node];

    private static bool IsString(ExpressionSyntax node) => node is InterpolatedStringExpressionSyntax
        || node.IsKind(SyntaxKind.StringLiteralExpression) || node.IsKind(SyntaxKind.Utf8StringLiteralExpression);

    private static string Text(ExpressionSyntax node) => node switch
    {
        LiteralExpressionSyntax literal when IsString(literal) => literal.Token.ValueText,
        InterpolatedStringExpressionSyntax interpolated => string.Concat(interpolated.Contents.Select(content => content switch
        {
            InterpolatedStringTextSyntax text => text.TextToken.ValueText,
            InterpolationSyntax hole => Shown(hole.Expression),
            _ => "",
        })),
        _ => Shown(node),
    };

    private static string Shown(ExpressionSyntax expression)
    {
        var text = Spaces().Replace(expression.ToString(), " ");
        return text.Length > LongestExpression || expression.DescendantNodesAndSelf().OfType<ExpressionSyntax>().Any(IsString) ? "{…}" : $"{{{text}}}";
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
