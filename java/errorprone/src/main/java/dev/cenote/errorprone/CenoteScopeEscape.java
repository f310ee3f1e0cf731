package dev.cenote.errorprone;

import com.google.errorprone.BugPattern;
import com.google.errorprone.BugPattern.SeverityLevel;
import com.google.errorprone.VisitorState;
import com.google.errorprone.bugpatterns.BugChecker;
import com.google.errorprone.bugpatterns.BugChecker.TryTreeMatcher;
import com.google.errorprone.matchers.Description;
import com.google.errorprone.util.ASTHelpers;
import com.sun.source.tree.Tree;
import com.sun.source.tree.TryTree;
import com.sun.source.tree.VariableTree;
import com.sun.tools.javac.code.Symbol.VarSymbol;
import java.util.HashSet;
import java.util.Set;

/**
 * Flags a block or an arena of a try-with-resources statement, or a view of its memory, that outlives the statement: it is
 * returned, stored in a field, an outer variable, an outer array or collection, or captured by a lambda that is.
 */
@BugPattern(
    summary = "Memory of Cenote leaves the try statement that closes its owner; whoever uses it then reads or writes memory"
        + " that belongs to somebody else.",
    severity = SeverityLevel.WARNING,
    linkType = BugPattern.LinkType.NONE)
public final class CenoteScopeEscape extends BugChecker implements TryTreeMatcher {

    private static final long serialVersionUID = 1L;

    /** Error Prone makes one for each compilation. */
    public CenoteScopeEscape() {
    }

    @Override
    public Description matchTry(TryTree tree, VisitorState state) {
        Set<VarSymbol> owners = new HashSet<>();
        for (Tree resource : tree.getResources()) {
            VarSymbol variable = resource instanceof VariableTree declared ? ASTHelpers.getSymbol(declared)
                : Memory.variable(resource);
            if (variable != null && Memory.isOwner(variable.type, state)) {
                owners.add(variable);
            }
        }
        if (!owners.isEmpty()) {
            new EscapeScanner(tree, owners, state, escape -> state.reportMatch(
                buildDescription(escape.where()).setMessage(escape.text()).build())).scan();
        }
        return Description.NO_MATCH;
    }
}
